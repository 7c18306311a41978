// Writes dist/drawings: a package.json and a lock file with the packages that contain the drawings of the sample pictures. An installed tunebook
// does not depend on them, because they are 100 MB that every project would have, while the pictures are drawn once on a machine; the set-up
// installs them from this lock file, and removes them when the pictures are drawn.

import { readFileSync } from 'node:fs';
import { DRAWINGS, drawingsFolder } from '../lib/drawings.mjs';
import { inProject } from '../lib/paths.mjs';
import { writeWhole } from '../lib/stamps.mjs';

/** @typedef {{version: string, integrity: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string>}} Locked */

/**
 * The entries of a lock file for some packages and all that they need.
 *
 * @param {Record<string, Locked>} packages of the lock file, by folder
 * @param {readonly string[]} names
 * @param {Record<string, Locked>} [found]
 */
export function withDependencies(packages, names, found = {}) {
  for (const name of names) {
    const folder = `node_modules/${name}`;
    if (folder in found) continue;
    const entry = packages[folder];
    if (!entry) throw new Error(`the lock file has no ${folder}`);
    const { version, integrity, dependencies, peerDependencies } = entry;
    found[folder] = {
      version,
      integrity,
      ...(dependencies && { dependencies }),
      ...(peerDependencies && { peerDependencies }),
    };
    withDependencies(packages, Object.keys({ ...dependencies, ...peerDependencies }), found);
  }
  return found;
}

/** Write both files. */
export function writeDrawings() {
  const { packages } = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8'));
  const found = withDependencies(packages, DRAWINGS);
  const dependencies = Object.fromEntries(DRAWINGS.map((name) => [name, found[`node_modules/${name}`]?.version]));
  const manifest = { name: 'drawings', private: true, dependencies };
  const lock = {
    name: 'drawings',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'drawings', dependencies }, ...found },
  };
  const write = (/** @type {string} */ file, /** @type {object} */ value) =>
    writeWhole(drawingsFolder(file), `${JSON.stringify(value, null, 2)}\n`);
  write('package.json', manifest);
  write('package-lock.json', lock);
}
