'use strict';
// A short traceback in the notebook's terms: cells by number and line, files of tunebook and of the user by their TypeScript lines, one
// line for each other package, nothing of tslab and Node.

const path = require('node:path');
const { CompileError } = require('./compileError.cjs');
const { describeThrown } = require('./process/thrown.cjs');

const maxFrames = 12;
const project = path.resolve(__dirname, '..', '..');
const frameLine = /^\s+at (async )?(?:(.*?) \()?(?:file:\/\/)?((?:\/|<cell |[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/;

/** @typedef {import('./executor.cjs').Executor} Executor */
/** @typedef {{ ename: string, evalue: string, traceback: string[] }} ErrorContent the content of Jupyter's `error` message */

/**
 * @param {import('./process/thrown.cjs').Thrown | Error} thrown an error of a cell, or of the kernel itself
 * @param {Executor} executor knows the text and the positions of the cells
 * @returns {ErrorContent}
 */
function describeError(thrown, executor) {
  if (thrown instanceof CompileError) return { ename: thrown.name, evalue: thrown.message, traceback: thrown.report };
  const described = thrown instanceof Error ? describeThrown(thrown) : thrown;
  return { ename: described.name, evalue: described.message, traceback: lines(described, executor) };
}

/** @returns {string[]} */
function lines(error, executor) {
  if (error.kind === 'value') return [`Thrown: ${error.message}`];
  const head = `${error.name}: ${error.message}`.split('\n');
  const frames = shorten(framesOf(error, executor));
  const excerpt = excerptOf(frames, executor);
  // A UserError says what to do, so only the position in the cell is added.
  const shown = error.name === 'UserError' ? frames.filter(({ cell }) => cell !== undefined).slice(0, 1) : frames;
  const result = [...head, ...excerpt, ...shown.slice(0, maxFrames).map(({ text }) => `    at ${text}`)];
  if (shown.length > maxFrames) result.push(`    ... ${shown.length - maxFrames} more`);
  const inner = (part) => (part.kind === 'value' ? [part.message] : lines(part, executor));
  if (error.cause) result.push('caused by', ...inner(error.cause));
  for (const part of error.errors ?? []) result.push('with', ...inner(part));
  return result;
}

/** @returns {{ text: string, cell?: number, line?: number, owner?: string }[]} */
function framesOf(error, executor) {
  const { stack } = error;
  const at = error.message ? stack.indexOf(error.message) : -1;
  const result = [];
  for (const text of (at < 0 ? stack : stack.slice(at + error.message.length)).split('\n')) {
    const found = frameLine.exec(text);
    if (!found) continue;
    const [, awaited = '', name, file, line, column] = found;
    // Functions of earlier cells are called as methods of the object that stores them.
    const called = name?.replace(/^(?:Object|exports)\./, '');
    const at = (place) => awaited + (called ? `${called} (${place})` : place);
    const cell = /^<cell (\d+)>$/.exec(file);
    if (cell) {
      const count = Number(cell[1]);
      const place = executor.positionsOf(file)?.find(Number(line), Number(column));
      const where = place ? `, line ${place.line}, column ${place.column}` : '';
      result.push({ text: at(`cell [${count}]${where}`), cell: count, line: place?.line });
    } else if (!isInternal(file)) {
      const place = executor.positionsOf(file)?.find(Number(line), Number(column)) ?? { line, column };
      result.push({ text: at(`${shortName(file)}:${place.line}:${place.column}`), owner: packageOf(file) });
    }
  }
  return result;
}

function isInternal(file) {
  const parts = file.split(/[\\/]/);
  return parts.includes('tslab') || parts.includes('@tslab') || file.startsWith(__dirname + path.sep);
}

/** @returns {string | undefined} the package that a file belongs to, if it is neither tunebook nor the user's code */
function packageOf(file) {
  const parts = file.split(/[\\/]/);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts[at + 1].startsWith('@') ? `${parts[at + 1]}/${parts[at + 2]}` : parts[at + 1];
}

function shortName(file) {
  for (const folder of [process.cwd(), project]) {
    if (file.startsWith(folder + path.sep)) return path.relative(folder, file);
  }
  return file;
}

/** Of several frames in a row of one package, keep only the one that was called from outside. */
function shorten(frames) {
  return frames.filter(({ owner }, i) => owner === undefined || frames[i + 1]?.owner !== owner);
}

/** @returns {string[]} the line of the cell where the error was thrown */
function excerptOf(frames, executor) {
  const frame = frames.find(({ line }) => line !== undefined);
  const text = frame && executor.sources.get(frame.cell)?.split('\n')[frame.line - 1];
  return text?.trim() ? [`> ${frame.line} | ${text}`] : [];
}

module.exports = { describeError };
