import { spawnSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { notebook7 } from '../steps/notebook7.mjs';
import { onnxruntime } from '../steps/onnxruntime.mjs';
import { openvino } from '../steps/openvino.mjs';
import { oracle } from '../steps/oracle.mjs';
import { tensorflowEnvironment } from './environment.mjs';
import { messageOf, SetupError } from './errors.mjs';
import { inProject, projectFolder } from './paths.mjs';
import { formatSeconds } from './report.mjs';
import { setUp } from './setup.mjs';
import { chooseTests } from './test-files.mjs';
import { runFiles } from './test-pool.mjs';

const USAGE = 'npm test -- [--fast] [--grep TEXT] [--bail] [--jobs N] [--times] [test files]';

/** More processes would wait for each other. */
const MOST_JOBS = 4;

/** Memory for each process, what it starts, and those that wait beside it (bytes). */
const MEMORY = 4e9;

/** @returns {number} processes: one more than cores, as each waits now and then for another program, if there is memory for it */
function defaultJobs() {
  const cores = availableParallelism();
  return Math.min(MOST_JOBS, Math.max(Math.min(cores, 2), Math.min(cores + 1, Math.floor(totalmem() / MEMORY))));
}

/** @typedef {import('./test-pool.mjs').Counts} Counts */

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
 * @returns {number} exit code
 */
function node(script, parameters) {
  const all = [inProject('node_modules', ...script.split('/')), ...parameters];
  return spawnSync(process.execPath, all, { cwd: projectFolder, stdio: 'inherit' }).status ?? 1;
}

/**
 * @param {readonly string[]} argv
 * @throws {SetupError}
 */
function readArguments(argv) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        fast: { type: 'boolean', default: false },
        grep: { type: 'string', short: 'g' },
        bail: { type: 'boolean', short: 'b', default: false },
        times: { type: 'boolean', default: false },
        jobs: { type: 'string', default: String(defaultJobs()) },
      },
    });
    if (!/^[1-9]\d*$/.test(values.jobs)) throw new Error(`--jobs takes a number from 1, not '${values.jobs}'`);
    return { ...values, jobs: Number(values.jobs), files: positionals };
  } catch (error) {
    throw new SetupError(`${messageOf(error).split('. ')[0]}. Usage: ${USAGE}`);
  }
}

/**
 * Run test files, side by side where they can.
 *
 * @param {{together: string[][], waiting: string[][], alone: string[][]}} files
 * @param {number} jobs
 * @param {Record<string, unknown>} options of mocha's
 */
async function runTests({ together, waiting, alone }, jobs, options) {
  const write = (/** @type {string} */ text) => process.stdout.write(text);
  const how = { env: tensorflowEnvironment(), options, write };
  // side by side, threads of one process would wait for those of another
  const single = { ...how, env: { TF_NUM_INTRAOP_THREADS: '1', ...how.env } };
  const first =
    jobs === 1
      ? await runFiles([...waiting, ...together], { jobs, ...how })
      : await runFiles(together, { jobs, waiting, ...single });
  if (first.failed > 0 && options.bail) return first;
  const second = await runFiles(alone, { jobs: 1, ...how });
  return {
    passed: first.passed + second.passed,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
    failures: first.failures + second.failures,
    times: [...first.times, ...second.times],
  };
}

/**
 * What each file took, most processor seconds first.
 *
 * @param {import('./test-pool.mjs').Time[]} times
 * @returns {string}
 */
function timesTable(times) {
  const line = (/** @type {number} */ processor, /** @type {number} */ seconds, /** @type {string} */ what) =>
    `${processor.toFixed(1).padStart(9)}${seconds.toFixed(1).padStart(9)}  ${what}\n`;
  const sum = (/** @type {'processor' | 'seconds'} */ key) => times.reduce((total, time) => total + time[key], 0);
  const lines = times
    .toSorted((a, b) => b.processor - a.processor)
    .map(({ file, processor, seconds }) => line(processor, seconds, file));
  return `\nprocessor  seconds  file\n${lines.join('')}${line(sum('processor'), sum('seconds'), 'all')}`;
}

/**
 * What only tests need: Keras to compare with, Jupyter Notebook, ONNX Runtime and OpenVINO. Without it (no network, say) those tests are skipped, and say so.
 */
async function bringOthers() {
  const wanted = [
    ...(process.env.TUNEBOOK_ORACLE ? [] : [{ step: oracle, tests: 'compare with Keras' }]),
    { step: notebook7, tests: 'use Jupyter Notebook 7' },
    { step: onnxruntime, tests: 'compute with ONNX Runtime' },
    { step: openvino, tests: 'compute with OpenVINO' },
  ];
  for (const { step, tests } of wanted) {
    try {
      await setUp({ steps: [step] });
    } catch (error) {
      process.stdout.write(`Tests that ${tests} will be skipped: ${messageOf(error)}\n`);
    }
  }
}

/**
 * Set-up, lint, types, tests; a failure of any of the first three counts as a failed test. The last line has the counts.
 *
 * @param {readonly string[]} argv
 * @returns {Promise<number>} exit code
 */
export async function testCommand(argv) {
  const { fast, grep, bail, jobs, times: wanted, files } = readArguments(argv);
  try {
    await setUp();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${countsLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
    return 1;
  }
  const chosen = chooseTests(files, fast);
  if (!fast) await bringOthers();
  const start = performance.now();
  const lint = node('@biomejs/biome/bin/biome', ['check', '.']);
  // the package's own types were checked by the build
  const types = node('typescript/bin/tsc', ['-p', inProject('kernel-setup')]);
  // `.only` is for files that a person names
  const options = { grep, bail, forbidOnly: files.length === 0, color: process.stdout.isTTY === true };
  const { failures, times, ...counts } = await runTests(chosen, jobs, options);
  if (wanted) process.stdout.write(timesTable(times));
  if (failures !== '') process.stdout.write(`\nWhat failed:\n${failures}\n`);
  if (lint !== 0) {
    process.stdout.write('Lint or format: see above; `npm run fix` fixes most problems.\n');
    counts.failed++;
  }
  if (types !== 0) {
    process.stdout.write('Types of kernel-setup: see the top.\n');
    counts.failed++;
  }
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`Tests done in ${formatSeconds(seconds)}.\n${countsLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}
