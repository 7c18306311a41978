// Writes dist/sharp/PLATFORM: for each platform a package.json and a lock file with the two packages that contain sharp's compiled code. If an
// installed tunebook depended on sharp, npm would ask the registry about all 25 platforms of sharp in every project, which takes longer than
// everything else; so sharp is in the archive, and the set-up installs its compiled code from this lock file, once on a machine.

import { platforms } from '../lib/platform.mjs';
import { sharpFolder } from '../lib/sharp.mjs';
import { writeLockFiles } from './lock-files.mjs';
import { lockedPackages, only } from './locked.mjs';

/** Write the files for all platforms. */
export function writeSharp() {
  const packages = lockedPackages();
  for (const platform of Object.keys(platforms)) {
    const compiled = `@img/sharp-${platform}`;
    const { optionalDependencies: libvips } = packages[`node_modules/${compiled}`] ?? {};
    if (libvips === undefined) throw new Error(`the lock file has no ${compiled} with its libvips`);
    const names = [compiled, ...Object.keys(libvips)];
    const folders = names.map((name) => `node_modules/${name}`);
    writeLockFiles(sharpFolder(platform), 'sharp-compiled', names, only(packages, folders));
  }
}
