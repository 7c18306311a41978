// Writes dist/drawings: a package.json and a lock file with the packages that contain the drawings of the sample pictures. An installed tunebook
// does not depend on them, because they are 100 MB that every project would have, while the pictures are drawn once on a machine; the set-up
// installs them from this lock file, and removes them when the pictures are drawn.

import { DRAWINGS, drawingsFolder } from '../lib/drawings.mjs';
import { writeLockFiles } from './lock-files.mjs';
import { lockedPackages, only, withDependencies } from './locked.mjs';

/** Write both files. */
export function writeDrawings() {
  const packages = lockedPackages();
  writeLockFiles(drawingsFolder(), 'drawings', DRAWINGS, only(packages, withDependencies(packages, DRAWINGS)));
}
