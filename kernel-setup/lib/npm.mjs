import { existsSync } from 'node:fs';
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
  const options = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
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
