// npm run fix: changes the lock file such that no npm runs the install scripts that package.json forbids (`allowScripts`).
//
// One of them, that of tfjs-node, asks for a TensorFlow of 2022 and fails. npm has known `allowScripts` since 11.16, but Node 22 comes with
// npm 10, which runs the scripts of all packages that the lock file marks, and node-gyp for those with a binding.gyp. `ignore-scripts` in .npmrc
// would also stop the `prepack` of package.json, and `npm pack` would make a package without what it makes.

import { readFileSync } from 'node:fs';
import { inProject } from '../lib/paths.mjs';
import { writeWhole } from '../lib/stamps.mjs';
import { nameOf } from './locked.mjs';

const file = inProject('package-lock.json');
const before = readFileSync(file, 'utf8');
const lock = JSON.parse(before);
const { allowScripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
for (const [folder, entry] of Object.entries(lock.packages)) {
  if (allowScripts[nameOf(folder)] !== false) continue;
  delete entry.hasInstallScript;
  entry.gypfile = false; // no node-gyp
}
const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after !== before) writeWhole(file, after);
