import { spawn } from 'node:child_process';
import { closeSync, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { SetupError } from './errors.mjs';
import { explain, faultLine } from './failures.mjs';
import { inCache, projectFolder } from './paths.mjs';
import { FILE, makePrivateFolder, openPrivateFile } from './private.mjs';
import { endGroup } from './processes.mjs';

/** Called with the ids of all running children when one starts or ends. */
let watchChildren = (/** @type {readonly number[]} */ _pids) => {};
/** @type {Set<number>} */
const running = new Set();

/** @param {(pids: readonly number[]) => void} watcher */
export function onChildren(watcher) {
  watchChildren = watcher;
}

/** End all child processes, and the processes that they started. */
export function endChildren() {
  for (const pid of running) endGroup(pid);
}

/** The log of a step. Only the user can read it, because programs print tokens and addresses with passwords. @param {string} step */
export const logFile = (step) => inCache('logs', `${step}.log`);

/** @param {string} step */
export function startLog(step) {
  closeSync(openPrivateFile(logFile(step)));
}

/**
 * Run a program until it ends, and write its output to the step's log.
 *
 * The child process gets its own process group: Ctrl+C in the terminal reaches only this process, which can then end the
 * child together with everything that the child started.
 *
 * @param {string} step the log's name
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {(line: string) => void} [options.onLine] called with each line of its output
 * @returns {Promise<{code: number, log: string}>} exit code (-1: it could not be started) and what it printed
 */
export async function run(step, program, parameters, options = {}) {
  const file = logFile(step);
  makePrivateFolder(inCache('logs'));
  const log = createWriteStream(file, { flags: 'a', mode: FILE });
  log.on('error', () => {}); // a full disk also makes the child process fail, which is reported
  /** @type {string[]} */
  const lines = [];
  log.write(`$ ${[program, ...parameters].join(' ')}\n`);
  const child = spawn(program, parameters, {
    cwd: options.cwd ?? projectFolder,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) {
    running.add(pid);
    watchChildren([...running]);
  }
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      log.write(`${line}\n`);
      options.onLine?.(line);
    });
  }
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      lines.push(error.message);
      log.write(`${error.message}\n`);
      done(-1);
    });
    child.on('close', (status) => done(status ?? 1));
  });
  if (pid !== undefined) {
    running.delete(pid);
    watchChildren([...running]);
  }
  await new Promise((done) => {
    log.on('close', () => done(undefined));
    log.end();
  });
  return { code, log: lines.join('\n') };
}

/**
 * The error for a child process that failed: its cause, its remedy and where the log is.
 *
 * @param {string} step
 * @param {string} log
 * @param {string} what what the process was working on, e.g. 'the Python packages'
 * @param {string} [remedy] what to do if the cause is not a known one
 * @returns {SetupError}
 */
export function failure(step, log, what, remedy = 'Read the log') {
  const known = explain(log, what);
  const again = known ? `${known.remedy}, then run the command again; what is done is kept.` : `${remedy}.`;
  return new SetupError(`${known?.cause ?? `${what} failed: ${faultLine(log)}`}. ${again} Log: ${logFile(step)}`);
}

/**
 * Run a program that must succeed.
 *
 * @param {string} step
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {{env?: NodeJS.ProcessEnv, cwd?: string, onLine?: (line: string) => void, what: string, remedy?: string}} options
 * @returns {Promise<string>} what it printed
 * @throws {SetupError} with the cause, the remedy and the log's name
 */
export async function runOrFail(step, program, parameters, options) {
  const { code, log } = await run(step, program, parameters, options);
  if (code !== 0) throw failure(step, log, options.what, options.remedy);
  return log;
}
