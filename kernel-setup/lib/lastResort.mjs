// Imported by the files that the user starts, so it must parse on Node 14, see entry.mjs.
import { closeSync, mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { inCache } from './paths.mjs';
import { openPrivateFile } from './private.mjs';

/** How many characters of a message are shown, because it may contain a whole file. */
const LONGEST = 300;

/**
 * What to print when an error that nothing else caught ends the process: one line that says what happened and, unless it is a mistake that
 * the user can fix, which file has the details. Only the user can read that file, because it may contain names of their files; it is in the
 * folder `crashes` of the cache, or in a new temporary folder if the cache cannot be written. With TUNEBOOK_DEBUG=1 the stack is printed,
 * too.
 *
 * @param {unknown} error
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} the text, with a line break at its end
 */
export function crashMessage(error, env = process.env) {
  const debug = env.TUNEBOOK_DEBUG === '1';
  const details = detailsOf(error);
  const after = debug ? `${details}\n` : '';
  if (isKnown(error)) return `${messageLine(error)}\n${after}`;
  const file = keep(details);
  const where = file === undefined ? 'TUNEBOOK_DEBUG=1 shows the details' : `the details are in ${file}`;
  return `tunebook: internal error: ${messageLine(error)}; ${where}\n${after}`;
}

/**
 * From now on, an error that nothing else catches ends this process with one line, see {@link crashMessage}. If the reader of the
 * output has gone, as with `| head`, the process ends silently.
 */
export function installLastResort() {
  const end = (/** @type {unknown} */ error) => {
    if (isClosedPipe(error)) process.exit(0);
    try {
      writeSync(2, crashMessage(error)); // synchronous, because the process ends here
    } catch {
      // standard error is closed, so nothing can be printed
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
 * A property of a thrown value. The value may be anything, including an object whose properties throw when they are read.
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
 * @param {unknown} error any thrown value, including one whose properties throw when they are read
 * @returns {string}
 */
function messageLine(error) {
  let text;
  try {
    text = error instanceof Error ? `${isKnown(error) ? '' : `${error.name}: `}${error.message}` : String(error);
  } catch {
    text = 'an error that cannot be shown';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removes the control characters that must not reach a terminal
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
  // only the command's name, because its arguments may contain an address with a password
  const command = String(process.argv[2] === undefined ? '' : process.argv[2]).replace(/[^\w-]/g, '?');
  return `${new Date().toISOString()} tunebook ${command}, Node ${process.version}, ${process.platform} ${process.arch}\n${shown}`;
}

/**
 * @param {string} details
 * @returns {string | undefined} the file; undefined if none can be written
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
      // try the next folder
    }
  }
  return undefined;
}
