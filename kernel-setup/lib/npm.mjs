import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrFail } from './child.mjs';
import { which } from './compiler.mjs';
import { SetupError } from './errors.mjs';

/** How to call npm: the one that started this process, the one next to Node, or the one on the PATH. */
export function npm() {
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

/**
 * Install what a folder's lock file lists, hashes checked.
 *
 * @param {string} step
 * @param {string} folder with package.json and package-lock.json
 * @param {string} what for errors, e.g. 'the Node packages'
 */
export async function npmCi(step, folder, what) {
  const { program, parameters } = npm();
  // versions are exact and hashes are checked, so what npm has in its cache needs no question to the registry
  const quick = ['--no-audit', '--no-fund', '--prefer-offline'];
  // also below `npm pack --dry-run`, and where NODE_ENV is production
  const whole = ['--no-dry-run', '--include', 'dev'];
  const options = ['--prefix', folder, '--ignore-scripts', ...quick, ...whole];
  await runOrFail(step, program, [...parameters, 'ci', ...options], {
    cwd: folder,
    what,
    env: {
      ...process.env,
      npm_config_loglevel: 'warn',
      npm_config_progress: 'false',
      // with npm's defaults, a machine without a network would wait for over a minute
      npm_config_fetch_retry_mintimeout: '1000',
      npm_config_fetch_retry_maxtimeout: '5000',
    },
  });
}

/** npm's settings of the user's project, which may name a mirror: npm itself looks for them only where it installs. */
function projectSettings() {
  for (let folder = process.cwd(); dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, '.npmrc');
  }
  return join(process.cwd(), '.npmrc');
}

/**
 * Install what a manifest and a lock file list into a folder that exists only meanwhile, and work with it.
 *
 * @param {string} step
 * @param {string} source the folder with package.json and package-lock.json
 * @param {string} folder the one to make
 * @param {string} what for errors, e.g. 'the Node packages'
 * @param {(installed: string) => Promise<void>} work gets the folder with the packages
 */
export async function withInstalled(step, source, folder, what, work) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(source, file), join(folder, file));
    if (existsSync(projectSettings())) symlinkSync(projectSettings(), join(folder, '.npmrc'));
    await npmCi(step, folder, what);
    await work(join(folder, 'node_modules'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
