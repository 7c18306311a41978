// Writes the packages that tunebook needs into one archive, dist/packages.tgz, each with its licence and without the files that are not needed.
// lib/packages.mjs says why.

import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { packagesArchive } from '../lib/packages.mjs';
import { inProject } from '../lib/paths.mjs';
import { sha256 } from '../lib/pip.mjs';
import { filesIn, writeWhole } from '../lib/stamps.mjs';
import { bundled } from './bundled.mjs';
import { lockedPackages, nameOf, withDependencies } from './locked.mjs';
import { isLegal, isNeeded, unusedDependencies } from './needed-files.mjs';

/** tslab requires this package, and gets what kernel-setup/kernel/tslab.cjs provides under its name; only the name must be found. */
const COMPILER_OF_TSLAB = '@tslab/typescript-for-tslab';

/**
 * @param {string} file
 * @param {object} value
 */
function writeJson(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Copy what is needed of the packages, in the same arrangement as in the clone.
 *
 * @param {string} target
 */
function copyPackages(target) {
  for (const folder of withDependencies(lockedPackages(), bundled, unusedDependencies)) {
    const source = inProject(folder);
    const files = filesIn(source, /./).map((path) => relative(source, path));
    const own = files.filter((file) => !/(^|\/)node_modules\//.test(file));
    // some have their licence only in what they say about themselves
    const unlicensed = !own.some(isLegal);
    for (const file of own) {
      if (!isNeeded(nameOf(folder), file) && !(unlicensed && /^readme[^/]*$/i.test(file))) continue;
      mkdirSync(dirname(join(target, folder, file)), { recursive: true });
      copyFileSync(join(source, file), join(target, folder, file));
    }
  }
  const compiler = join(target, 'node_modules', COMPILER_OF_TSLAB);
  writeJson(join(compiler, 'package.json'), { name: COMPILER_OF_TSLAB, private: true, main: 'index.js' });
  writeFileSync(join(compiler, 'index.js'), "throw new Error('only the kernel of tunebook can load tslab');\n");
}

/** Write the archive, and its hash beside it. The same packages make the same archive. */
export async function writeArchive() {
  const { create } = await import('tar');
  mkdirSync(inProject('build'), { recursive: true });
  const folder = mkdtempSync(inProject('build', 'packages-'));
  try {
    copyPackages(folder);
    const files = filesIn(folder, /./).map((file) => relative(folder, file));
    const part = `${folder}.tgz`;
    await create({ cwd: folder, gzip: true, portable: true, noMtime: true, file: part }, files);
    renameSync(part, packagesArchive());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  writeWhole(`${packagesArchive()}.sha256`, `${await sha256(packagesArchive())}\n`);
}
