import { chmodSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Permissions of a folder that only the user can open. */
const FOLDER = 0o700;
export const FILE = 0o600;

/**
 * Make a folder that other users of this machine cannot open. If it already exists, its permissions are changed accordingly.
 *
 * @param {string} folder
 */
export function makePrivateFolder(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: FOLDER });
  if (statSync(folder).mode & 0o077) chmodSync(folder, FOLDER);
}

/**
 * Open a new, empty file for writing that only the user can read. It is private from its first byte on: an existing file is removed first,
 * because it would keep its permissions, may be open in another program, or may be a link.
 *
 * @param {string} file its folder becomes private, too
 * @returns {number} the file's descriptor
 */
export function openPrivateFile(file) {
  makePrivateFolder(dirname(file));
  rmSync(file, { force: true });
  return openSync(file, 'wx', FILE);
}
