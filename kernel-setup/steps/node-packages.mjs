import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrFail } from '../lib/child.mjs';
import { which } from '../lib/compiler.mjs';
import { SetupError } from '../lib/errors.mjs';
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

/** How to call npm: the one that started this process, the one next to Node, or the one on the PATH. */
function npm() {
  const calling = process.env.npm_execpath;
  const besides = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const script of [calling, besides]) {
    if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) {
      return { program: process.execPath, parameters: [script] };
    }
  }
  const program = which('npm');
  if (program) return { program, parameters: [] };
  throw new SetupError(
    'npm is missing: it is neither next to Node nor on the PATH. Install it (it comes with Node) and run the command again.',
  );
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
    const { program, parameters } = npm();
    const watch = setInterval(() => {
      // npm makes all folders first and fills them later, so existing folders do not show that it has finished
      const done = folders.filter(([folder]) => existsSync(inProject(folder, 'package.json'))).length;
      report.progress('installing', done, folders.length, 'packages');
    }, 250);
    try {
      await runOrFail(this.name, program, [...parameters, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        what: 'the Node packages',
        env: {
          ...process.env,
          npm_config_loglevel: 'warn',
          npm_config_progress: 'false',
          // with npm's defaults, a machine without a network would wait for over a minute
          npm_config_fetch_retry_mintimeout: '1000',
          npm_config_fetch_retry_maxtimeout: '5000',
        },
      });
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
