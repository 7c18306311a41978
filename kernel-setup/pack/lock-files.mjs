// Writes a package.json and a lock file from which the set-up of an installed tunebook gets some packages, each with the hash that the clone's
// lock file has.

import { join } from 'node:path';
import { writeWhole } from '../lib/stamps.mjs';

/**
 * Write both files.
 *
 * @param {string} folder
 * @param {string} name of the project that they describe
 * @param {readonly string[]} names what it depends on
 * @param {import('./locked.mjs').LockedPackages} packages all that is installed then
 */
export function writeLockFiles(folder, name, names, packages) {
  const dependencies = Object.fromEntries(names.map((each) => [each, packages[`node_modules/${each}`]?.version]));
  const kept = Object.entries(packages).map(([place, { version, integrity, dependencies, peerDependencies }]) => [
    place,
    { version, integrity, dependencies, peerDependencies },
  ]);
  const lock = {
    name,
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name, dependencies }, ...Object.fromEntries(kept) },
  };
  const write = (/** @type {string} */ file, /** @type {object} */ value) =>
    writeWhole(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
  write('package.json', { name, private: true, dependencies });
  write('package-lock.json', lock);
}
