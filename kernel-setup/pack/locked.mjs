// Reads the clone's lock file: which packages some packages need, and in which folders they are.

import { readFileSync } from 'node:fs';
import { inProject } from '../lib/paths.mjs';

/**
 * @typedef {object} Locked
 * @property {string} version
 * @property {string} integrity
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, {optional?: boolean}>} [peerDependenciesMeta]
 */

/** @typedef {Record<string, Locked>} LockedPackages the packages of a lock file, by folder */

/** @returns {LockedPackages} */
export const lockedPackages = () => JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages;

/**
 * Some of the packages.
 *
 * @param {LockedPackages} packages
 * @param {readonly string[]} folders
 * @returns {LockedPackages}
 */
export function only(packages, folders) {
  return Object.fromEntries(
    folders.map((folder) => {
      const found = packages[folder];
      if (found === undefined) throw new Error(`the lock file has no ${folder}`);
      return [folder, found];
    }),
  );
}

/**
 * The folder in which Node finds a package: the nearest one.
 *
 * @param {LockedPackages} packages
 * @param {string} from the folder of the package that requires it; '' for the project
 * @param {string} name
 */
function folderOf(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = `${at && `${at}/`}node_modules/${name}`;
    if (folder in packages) return folder;
    if (at === '') return undefined;
  }
}

/** The name by which a package is required, from its folder. @param {string} folder */
export const nameOf = (folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

/**
 * Packages and all that they need. Optional ones, which are for other platforms, and optional peers do not count.
 *
 * @param {LockedPackages} packages
 * @param {readonly string[]} names
 * @param {Readonly<Record<string, readonly string[]>>} [unused] dependencies to leave out, by the name of the package that has them
 * @returns {string[]} folders
 */
export function withDependencies(packages, names, unused = {}) {
  /** @type {Set<string>} */
  const found = new Set();
  const add = (/** @type {string} */ from, /** @type {string} */ name) => {
    const folder = folderOf(packages, from, name);
    if (folder === undefined) throw new Error(`the lock file has no ${name} for ${from || 'the project'}`);
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies, peerDependencies, peerDependenciesMeta } = /** @type {Locked} */ (packages[folder]);
    const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional);
    for (const needed of [...Object.keys(dependencies ?? {}), ...peers]) {
      if (!unused[name]?.includes(needed)) add(folder, needed);
    }
  };
  for (const name of names) add('', name);
  return [...found].sort();
}
