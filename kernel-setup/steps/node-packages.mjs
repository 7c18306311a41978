import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../lib/errors.mjs';
import { npmCi } from '../lib/npm.mjs';
import { packageFolder } from '../lib/packages.mjs';
import { inProject, isClone } from '../lib/paths.mjs';
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

/** The dependencies that an installed tunebook cannot find. In a clone, the lock file is compared instead. */
function missingPackages() {
  const { dependencies } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  return Object.keys(dependencies).filter((name) => !existsSync(join(packageFolder(name), 'package.json')));
}

/** @type {import('./step.mjs').Step} */
export const nodePackages = {
  name: 'node-packages',
  title: 'Node packages',
  inputs: () => contentsOf([inProject('package-lock.json')], inProject()),
  artefacts: () => [inProject('node_modules', '.package-lock.json')],
  holds: () => (isClone ? packagesInstalled() : missingPackages().length === 0),
  async run(report) {
    if (!isClone) {
      const missing = missingPackages().join(', ');
      throw new SetupError(
        `Packages that tunebook needs are missing: ${missing}. Install it again, with its dependencies.`,
      );
    }
    const folders = packagesOf(inProject('package-lock.json')).filter(([, { optional }]) => !optional);
    const watch = setInterval(() => {
      // npm makes all folders first and fills them later, so existing folders do not show that it has finished
      const done = folders.filter(([folder]) => existsSync(inProject(folder, 'package.json'))).length;
      report.progress('installing', done, folders.length, 'packages');
    }, 250);
    try {
      await npmCi(this.name, inProject(), 'the Node packages');
    } finally {
      clearInterval(watch);
    }
    if (!packagesInstalled()) {
      throw new SetupError(
        'npm did not install what package-lock.json lists. Remove node_modules and run the command again.',
      );
    }
  },
};
