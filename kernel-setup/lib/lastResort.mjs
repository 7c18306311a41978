// Imported by the files that people start: it must parse on Node 14, see entry.mjs.
import { closeSync, mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { inCache } from './paths.mjs';
import { openPrivateFile } from './private.mjs';

/** Characters of a message that are shown: it may hold a whole file. */
const LONGEST = 300;

/**
 * End the process over anything that was thrown and that nothing else has caught: one line that says what happened and, where
 * it is no mistake of the person's, in which file the details are. That file only the person can read, as it may hold names of
 * theirs; it lies in the cache's folder `crashes`, or in a new folder for temporary files where the cache cannot be written.
 * With TUNEBOOK_DEBUG=1 the stack is printed, too.
 *
 * @param {unknown} error
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} what to print, with its line end
 */
export function lastWords(error, env = process.env) {
  const debug = env.TUNEBOOK_DEBUG === '1';
  const details = detailsOf(error);
  const after = debug ? `${details}\n` : '';
  if (isKnown(error)) return `${messageLine(error)}\n${after}`;
  const file = keep(details);
  const where = file === undefined ? 'TUNEBOOK_DEBUG=1 shows the details' : `the details are in ${file}`;
  return `tunebook: ended by an error of its own: ${messageLine(error)}; ${where}\n${after}`;
}

/**
 * Whatever nothing else catches ends this process in one line: see {@link lastWords}. Output that nobody reads any more, as
 * after `| head`, ends it without a word.
 */
export function installLastResort() {
  const end = (/** @type {unknown} */ error) => {
    if (isClosedPipe(error)) process.exit(0);
    try {
      writeSync(2, lastWords(error)); // at once: the process ends here
    } catch {
      // there is nobody left to tell
    }
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  return end;
}

/** @param {unknown} error */
function isKnown(error) {
  return ['SetupError', 'UserError'].includes(textOf(error, 'name'));
}

/** @param {unknown} error */
function isClosedPipe(error) {
  return textOf(error, 'code') === 'EPIPE' && textOf(error, 'syscall') === 'write';
}

/**
 * A property of what was thrown, which may be anything, also what throws when it is looked at.
 *
 * @param {unknown} error
 * @param {'name' | 'code' | 'syscall'} name
 * @returns {string}
 */
function textOf(error, name) {
  try {
    return error instanceof Error ? String(/** @type {NodeJS.ErrnoException} */ (error)[name]) : '';
  } catch {
    return '';
  }
}

/**
 * @param {unknown} error anything, also what throws when it is looked at
 * @returns {string}
 */
function messageLine(error) {
  let text;
  try {
    text = error instanceof Error ? `${isKnown(error) ? '' : `${error.name}: `}${error.message}` : String(error);
  } catch {
    text = 'something that cannot be shown';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return line.length > LONGEST && !isKnown(error) ? `${line.slice(0, LONGEST)}...` : line;
}

/** @param {unknown} error */
function detailsOf(error) {
  let shown;
  try {
    shown = inspect(error, { depth: 4, maxStringLength: 10000, maxArrayLength: 100 });
  } catch {
    shown = messageLine(error);
  }
  // of the command its name alone, as the rest may hold an address with a password
  const command = String(process.argv[2] === undefined ? '' : process.argv[2]).replace(/[^\w-]/g, '?');
  return `${new Date().toISOString()} tunebook ${command}, Node ${process.version}, ${process.platform} ${process.arch}\n${shown}`;
}

/**
 * @param {string} details
 * @returns {string | undefined} the file; undefined where none can be written
 */
function keep(details) {
  const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}.txt`;
  for (const folder of [() => inCache('crashes'), () => mkdtempSync(join(tmpdir(), 'tunebook-crash-'))]) {
    try {
      const file = join(folder(), name);
      const descriptor = openPrivateFile(file);
      try {
        writeSync(descriptor, `${details}\n`);
      } finally {
        closeSync(descriptor);
      }
      return file;
    } catch {
      // the next place
    }
  }
  return undefined;
}
