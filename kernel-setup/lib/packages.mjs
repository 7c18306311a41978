import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inProject } from './paths.mjs';

const { resolve } = createRequire(inProject('package.json'));

/**
 * The folder of a package that tunebook depends on, wherever npm or another tool has put it: inside of tunebook's own folder,
 * beside it, or above. A package need not export its package.json, so the folders are looked through as Node does.
 *
 * @param {string} name
 * @returns {string} where it would lie in a clone, if it is nowhere
 */
export function packageFolder(name) {
  const found = (resolve.paths(name) ?? [])
    .map((folder) => join(folder, ...name.split('/')))
    .find((folder) => existsSync(join(folder, 'package.json')));
  return found ?? inProject('node_modules', ...name.split('/'));
}

/**
 * A file of such a package.
 *
 * @param {string} name
 * @param {...string} parts
 */
export const inPackage = (name, ...parts) => join(packageFolder(name), ...parts);
