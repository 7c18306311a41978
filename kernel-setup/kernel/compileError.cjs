'use strict';
// What the TypeScript compiler found wrong with a cell, as an error that points at the place.

/** @typedef {{ start: { line: number, character: number }, end: { line: number, character: number }, messageText: string, code: number, fileName?: string }} Diagnostic lines and characters from 0 */

class CompileError extends Error {
  name = 'CompileError';

  /** @param {readonly Diagnostic[]} diagnostics at least one @param {string} source @param {number} count the cell's number */
  constructor(diagnostics, source, count) {
    const groups = groupByPlace(diagnostics);
    super(groups.map((group) => group[0].messageText).join('\n'));
    const lines = source.split('\n');
    /** what a person reads, one place after the other @type {string[]} */
    this.report = groups.flatMap((group) => describe(group, lines, count));
  }
}

/** A message and the messages that explain it come one after the other, at one place. @param {readonly Diagnostic[]} diagnostics */
function groupByPlace(diagnostics) {
  const groups = [];
  let last = '';
  for (const diagnostic of diagnostics) {
    const place = JSON.stringify([diagnostic.fileName, diagnostic.start, diagnostic.end]);
    // The explanations carry no file name, so one of another file never has the same place as its head.
    const explains =
      place === last || (!diagnostic.fileName && groups.at(-1)?.[0].fileName && samePlace(diagnostic, groups));
    if (explains) groups.at(-1).push(diagnostic);
    else groups.push([diagnostic]);
    last = place;
  }
  return groups;
}

function samePlace(diagnostic, groups) {
  const { start, end } = groups.at(-1)[0];
  return JSON.stringify([start, end]) === JSON.stringify([diagnostic.start, diagnostic.end]);
}

function describe([head, ...explanations], lines, count) {
  const { line, character } = head.start;
  const where = `${head.fileName ?? `cell [${count}]`}, line ${line + 1}, column ${character + 1}`;
  const report = [`TS${head.code} in ${where}: ${head.messageText}`];
  for (const { messageText } of explanations) report.push(`  ${messageText}`);
  // TypeScript says so in a part of the message that tslab leaves out
  if (/ on type 'Promise</.test(head.messageText))
    report.push('  It is a promise of the value: put `await` before the call.');
  if (!head.fileName && lines[line] !== undefined) {
    const width = head.end.line === line ? Math.max(1, head.end.character - character) : lines[line].length - character;
    const number = String(line + 1);
    report.push(
      `${number} | ${lines[line]}`,
      `${' '.repeat(number.length)} | ${' '.repeat(character)}${'~'.repeat(width)}`,
    );
  }
  return report;
}

module.exports = { CompileError };
