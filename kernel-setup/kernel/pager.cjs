'use strict';
// A cell `?name` or `name?` shows the documentation of a name, as in IPython.

const { inspect } = require('./compile/hints.cjs');

const name = String.raw`([\p{ID_Continue}$.]+)(?:\(\s*\))?`;
const question = new RegExp(String.raw`^\s*(?:\?{1,2}\s*${name}|${name}\s*\?{1,2})\s*;?\s*$`, 'u');

/**
 * @param {import('./compile/compiler.cjs').Compiler} compiler
 * @param {string} source a cell
 * @returns {Record<string, string> | undefined} a MIME bundle if the cell asks for documentation
 */
function pageRequest(compiler, source) {
  const found = question.exec(source);
  if (!found) return undefined;
  const asked = found[1] ?? found[2];
  const about = inspect(compiler, asked, asked.length);
  if (!about) return { 'text/plain': `'${asked}' has no documentation, or is not defined.` };
  return { 'text/plain': about.plain, 'text/markdown': about.markdown };
}

module.exports = { pageRequest };
