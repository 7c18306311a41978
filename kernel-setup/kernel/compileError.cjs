'use strict';
// TypeScript's errors in a cell as one error that points at the positions.

/** @typedef {import('./compile/problems.cjs').Problem} Problem */

class CompileError extends Error {
  name = 'CompileError';

  /** @param {readonly Problem[]} problems at least one @param {string} source @param {number} count the cell's number */
  constructor(problems, source, count) {
    super(problems.map(({ message }) => message).join('\n'));
    const lines = source.split('\n');
    /** the text for the user, one position after the other @type {string[]} */
    this.report = problems.flatMap((problem) => describe(problem, lines, count));
  }
}

/** @param {Problem} problem */
function describe({ code, message, explanations, file, start, end }, lines, count) {
  const { line, character } = start;
  const report = [`TS${code} in ${file ?? `cell [${count}]`}, line ${line + 1}, column ${character + 1}: ${message}`];
  for (const text of explanations) report.push(`  ${text}`);
  if (/ on type 'Promise</.test(message)) {
    report.push('  The call returns a promise: put `await` before it.');
  }
  if (file === undefined && lines[line] !== undefined) {
    const width = end.line === line ? Math.max(1, end.character - character) : lines[line].length - character;
    const number = String(line + 1);
    report.push(
      `${number} | ${lines[line]}`,
      `${' '.repeat(number.length)} | ${' '.repeat(character)}${'~'.repeat(width)}`,
    );
  }
  return report;
}

module.exports = { CompileError };
