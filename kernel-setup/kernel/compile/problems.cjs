'use strict';
// TypeScript's errors, shortened, at positions in the user's own code.

const path = require('node:path');
const { ts } = require('./typescript.cjs');

/**
 * Errors that do not apply to cells and their modules, although they become CommonJS: await at the top level, import.meta, import
 * attributes, ...
 */
const allowed = new Set([
  1202, 1203, 1286, 1287, 1309, 1323, 1324, 1343, 1375, 1378, 1431, 1432, 1470, 2821, 2823, 2853, 2854, 2856, 5097,
]);
/** Without a tsconfig.json these are no errors: a parameter without a type, and a value that may be undefined (`history.at(-1).loss`). */
const mild = new Set([
  2531, 2532, 2533, 2721, 2722, 2723, 18046, 18047, 18048, 18049, 7005, 7006, 7008, 7010, 7011, 7015,
]);
for (const code of [7016, 7017, 7018, 7019, 7022, 7023, 7024, 7031, 7034, 7053]) mild.add(code);
const assignments = new Set([2322, 2345]);
const maxExplanations = 2;
const maxLength = 300; // characters

/**
 * @typedef {object} Problem
 * @property {number} code TypeScript's number
 * @property {string} message
 * @property {string[]} explanations
 * @property {string} [file] path of the file; undefined if the error is in the cell
 * @property {{ line: number, character: number }} start from 0
 * @property {{ line: number, character: number }} end
 */

/** @param {string} text */
function short(text) {
  const plain = text.replace(/import\("[^"]*"\)\./g, '').replace(/typeof import\("[^"]*"\)/g, 'module');
  return plain.length > maxLength ? `${plain.slice(0, maxLength)}...` : plain;
}

/** @param {string | import('typescript').DiagnosticMessageChain} message @returns {string[]} the main message, then its best explanation */
function messagesOf(message) {
  if (typeof message === 'string') return [short(message)];
  const chain = [];
  for (let at = message; at; at = at.next?.[0]) chain.push(short(at.messageText));
  // The last messages say where two types differ; those before only repeat the types.
  return [chain[0], ...chain.slice(1).slice(-maxExplanations)];
}

/** Whether a value may be undefined or null but need not be; `const n: number = null` is an error for certain. */
function isMild(code, [message, ...explanations]) {
  if (mild.has(code)) return true;
  if (code === 2339 && /\| (?:undefined|null)'\.$/.test(message)) return true; // const { loss } = history.at(-1)
  if (!assignments.has(code) || /^(?:Type|Argument of type) '(?:undefined|null)'/.test(message)) return false;
  return /^Type '(?:undefined|null|undefined \| null|null \| undefined)' is not assignable to type/.test(
    explanations.at(-1) ?? '',
  );
}

/**
 * @param {readonly import('typescript').Diagnostic[]} diagnostics
 * @param {string} folder the notebook's folder
 * @param {{ path: string, text: import('./cellText.cjs').CellText }} [cell]
 * @param {boolean} [lenient] ignore errors about values that only may be undefined
 * @returns {Problem[]} the errors
 */
function problemsIn(diagnostics, folder, cell, lenient = false) {
  const found = [];
  for (const { category, code, file, start = 0, length = 0, messageText } of diagnostics) {
    if (category !== ts.DiagnosticCategory.Error || allowed.has(code)) continue;
    const messages = messagesOf(messageText);
    if (lenient && isMild(code, messages)) continue;
    const [message, ...explanations] = messages;
    if (!file || file.fileName !== cell?.path) {
      const place = (position) => file?.getLineAndCharacterOfPosition(position) ?? { line: 0, character: 0 };
      const name = file ? path.relative(folder, file.fileName) : 'tsconfig.json';
      found.push({ code, message, explanations, file: name, start: place(start), end: place(start + length) });
      continue;
    }
    if (cell.text.isInHeader(start)) continue; // in the declaration of an earlier cell's name, where it was reported already
    const place = (position) => cell.text.lineOf(cell.text.toCell(position));
    found.push({ code, message, explanations, start: place(start), end: place(start + length) });
  }
  return found;
}

module.exports = { problemsIn };
