import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrFail } from '../lib/child.mjs';
import { SetupError } from '../lib/errors.mjs';
import { npmCi } from '../lib/npm.mjs';
import { archiveHash, packageLinks, packagesArchive, packagesLinked, unpackedPackages } from '../lib/packages.mjs';
import { inProject, isClone } from '../lib/paths.mjs';
import { sha256 } from '../lib/pip.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 */

/**
 * The packages in a lock file by their folder, without the project itself; empty if the file does not exist.
 *
 * @param {string} file
 * @returns {[string, LockedPackage][]}
 */
function packagesOf(file) {
  if (!existsSync(file)) return [];
  try {
    return Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([folder]) => folder !== '');
  } catch {
    return [];
  }
}

/**
 * Whether node_modules matches the lock file. npm writes its own lock file into node_modules only after it has finished; comparing the two
 * also accepts what the user installed with `npm ci`.
 *
 * @param {string} [project] the folder with package-lock.json and node_modules
 * @returns {boolean}
 */
export function packagesInstalled(project = inProject()) {
  const wanted = packagesOf(join(project, 'package-lock.json'));
  const present = new Map(packagesOf(join(project, 'node_modules', '.package-lock.json')));
  return (
    wanted.length > 0 &&
    wanted.every(([folder, { version, integrity, optional }]) => {
      const found = present.get(folder);
      // npm 10 leaves packages for other platforms out of its own lock file; npm 11 lists them without making a folder
      if (optional && !(found && existsSync(join(project, folder)))) return true;
      return found?.version === version && found?.integrity === integrity && existsSync(join(project, folder));
    })
  );
}

/**
 * Unpack the packages that an installed tunebook brought, unless another project did, and link to them.
 *
 * @param {string} step
 * @param {import('../lib/report.mjs').Report} report
 */
async function unpackPackages(step, report) {
  const hash = archiveHash();
  if (hash === undefined)
    throw new SetupError(`What tunebook needs is missing: ${packagesArchive()}. Install tunebook again.`);
  const packages = unpackedPackages(hash);
  if (!existsSync(packages)) {
    if ((await sha256(packagesArchive())) !== hash)
      throw new SetupError(`${packagesArchive()} is damaged. Install tunebook again.`);
    report.progress('unpacking');
    const part = `${dirname(packages)}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    await runOrFail(step, 'tar', ['-xzf', packagesArchive(), '-C', part], { what: 'unpacking the Node packages' });
    rmSync(dirname(packages), { recursive: true, force: true });
    renameSync(part, dirname(packages));
  }
  for (const link of packageLinks()) {
    rmSync(link, { recursive: true, force: true });
    symlinkSync(packages, link);
  }
}

/** Install what the clone's lock file lists. @param {string} step @param {import('../lib/report.mjs').Report} report */
async function installPackages(step, report) {
  const folders = packagesOf(inProject('package-lock.json')).filter(([, { optional }]) => !optional);
  const watch = setInterval(() => {
    // npm makes all folders first and fills them later, so existing folders do not show that it has finished
    const done = folders.filter(([folder]) => existsSync(inProject(folder, 'package.json'))).length;
    report.progress('installing', done, folders.length, 'packages');
  }, 250);
  try {
    await npmCi(step, inProject(), 'the Node packages');
  } finally {
    clearInterval(watch);
  }
  if (!packagesInstalled()) {
    throw new SetupError(
      'npm did not install what package-lock.json lists. Remove node_modules and run the command again.',
    );
  }
}

/** @type {import('./step.mjs').Step} */
export const nodePackages = {
  name: 'node-packages',
  title: 'Node packages',
  inputs: () => (isClone ? contentsOf([inProject('package-lock.json')], inProject()) : [archiveHash() ?? '']),
  artefacts: () => (isClone ? [inProject('node_modules', '.package-lock.json')] : packageLinks()),
  holds: () => (isClone ? packagesInstalled() : packagesLinked()),
  async run(report) {
    await (isClone ? installPackages : unpackPackages)(this.name, report);
  },
};
