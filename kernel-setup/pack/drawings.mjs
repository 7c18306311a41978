// Writes dist/drawings: a package.json and a lock file with the packages that contain the drawings of the sample pictures. An installed tunebook
// does not depend on them, because they are 100 MB that every project would have, while the pictures are drawn once on a machine; the set-up
// installs them from this lock file, and removes them when the pictures are drawn.

import { DRAWINGS, drawingsFolder } from '../lib/drawings.mjs';
import { writeWhole } from '../lib/stamps.mjs';
import { lockedPackages, withDependencies } from './locked.mjs';

/** Write both files. */
export function writeDrawings() {
  const packages = lockedPackages();
  const found = Object.fromEntries(
    withDependencies(packages, DRAWINGS).map((folder) => {
      const { version, integrity, dependencies, peerDependencies } = packages[folder] ?? {};
      return [folder, { version, integrity, dependencies, peerDependencies }];
    }),
  );
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
