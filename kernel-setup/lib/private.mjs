import { chmodSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Only the person who runs tunebook gets in. */
const FOLDER = 0o700;
export const FILE = 0o600;

/**
 * Make a folder that other people on this machine cannot look into; one that is there already is closed to them.
 *
 * @param {string} folder
 */
export function makePrivateFolder(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: FOLDER });
  if (statSync(folder).mode & 0o077) chmodSync(folder, FOLDER);
}

/**
 * Open a new, empty file for writing that only we can read. It is so from its first byte on: one that is there already is
 * removed first, as it keeps its permissions, may be open in another program, or may be a link.
 *
 * @param {string} file its folder is made private, too
 * @returns {number} the file's descriptor
 */
export function openPrivateFile(file) {
  makePrivateFolder(dirname(file));
  rmSync(file, { force: true });
  return openSync(file, 'wx', FILE);
}
