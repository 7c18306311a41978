import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oracle } from '../steps/oracle.mjs';
import { tensorflowEnvironment } from './environment.mjs';
import { messageOf } from './errors.mjs';
import { inProject, projectFolder } from './paths.mjs';
import { setUp } from './setup.mjs';

/** A test takes at most this long, unless it says otherwise (milliseconds). */
const TIMEOUT = 60_000;

const ALL = ['dist/test/**/*.test.js'];
/** What starts neither TensorFlow in processes of its own nor a kernel nor a browser: `npm run test:fast`. */
const FAST = [
  'dist/test/*.test.js',
  'dist/test/{core,metrics,charts,terminal}/**/*.test.js',
  'dist/test/data/*.test.js',
];

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/**
 * The closing line, by which CI counts.
 *
 * @param {Counts} counts
 * @returns {string}
 */
export function countsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * @param {string} script in node_modules
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} exit code
 */
function node(script, parameters, env = process.env) {
  const all = [inProject('node_modules', ...script.split('/')), ...parameters];
  return spawnSync(process.execPath, all, { cwd: projectFolder, env, stdio: 'inherit' }).status ?? 1;
}

/**
 * Run mocha over the compiled tests.
 *
 * @param {readonly string[]} files
 * @param {readonly string[]} more options for mocha
 * @returns {Counts & {code: number}}
 */
function mocha(files, more) {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-test-'));
  const file = join(folder, 'counts.json');
  try {
    const lib = (/** @type {string} */ name) => inProject('kernel-setup', 'lib', name);
    const parameters = [
      '--enable-source-maps',
      '--require',
      lib('node-shims.cjs'),
      '--reporter',
      lib('mocha-counts.cjs'),
    ];
    parameters.push('--timeout', String(TIMEOUT), '--exit', ...more, ...files);
    const code = node('mocha/bin/mocha.js', parameters, { ...tensorflowEnvironment(), TUNEBOOK_MOCHA_COUNTS: file });
    try {
      return { code, ...JSON.parse(readFileSync(file, 'utf8')) };
    } catch {
      // mocha ended before its first test
      return { code: code || 1, passed: 0, failed: 1, skipped: 0 };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keras to compare with. Without it (no network, say) those tests are skipped, and say so. */
async function bringOracle() {
  if (process.env.TUNEBOOK_ORACLE) return;
  try {
    await setUp({ steps: [oracle] });
  } catch (error) {
    process.stdout.write(`Tests that compare with Keras will be skipped: ${messageOf(error)}\n`);
  }
}

/**
 * Set-up, lint, types, tests; a failure of any of the first three counts as a failed test. The last line has the counts.
 *
 * @param {readonly string[]} argv options for mocha; `--fast` takes only the tests that are done within a minute
 * @returns {Promise<number>} exit code
 */
export async function testCommand(argv) {
  const fast = argv.includes('--fast');
  const options = argv.filter((option) => option !== '--fast');
  try {
    await setUp();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${countsLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
    return 1;
  }
  if (!fast) await bringOracle();
  const lint = node('@biomejs/biome/bin/biome', ['check', '.']);
  // the package's own types were checked by the build
  const types = node('typescript/bin/tsc', ['-p', inProject('kernel-setup')]);
  const { code, ...counts } = mocha(fast ? FAST : ALL, options);
  if (lint !== 0) {
    process.stdout.write('Lint or format: see the top; `npm run fix` mends most.\n');
    counts.failed++;
  }
  if (types !== 0) {
    process.stdout.write('Types of kernel-setup: see the top.\n');
    counts.failed++;
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}
