import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inProject } from './paths.mjs';

const { resolve } = createRequire(inProject('package.json'));

/**
 * The folder of a package that tunebook depends on, wherever npm or another tool installed it: inside tunebook's own folder, next to it, or
 * above. A package may not export its package.json, so this searches the folders in the same order as Node.
 *
 * @param {string} name
 * @returns {string} the folder; if the package is not installed, where it would be in a clone
 */
export function packageFolder(name) {
  const found = (resolve.paths(name) ?? [])
    .map((folder) => join(folder, ...name.split('/')))
    .find((folder) => existsSync(join(folder, 'package.json')));
  return found ?? inProject('node_modules', ...name.split('/'));
}

/**
 * The path of a file in such a package.
 *
 * @param {string} name
 * @param {...string} parts
 */
export const inPackage = (name, ...parts) => join(packageFolder(name), ...parts);
