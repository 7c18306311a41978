'use strict';
// The kernel's answers about the language: what it is, completion, Shift-Tab, is this cell complete.

const { protocolVersion } = require('./message.cjs');

/** @param {object} tslab */
function kernelInfo(tslab) {
  const { versions } = tslab.public;
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'tslab',
    implementation_version: versions.tslab,
    language_info: {
      name: 'typescript',
      version: versions.typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      // JupyterLab colours cells by `mode`, the classic notebook by the other two.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    },
    banner: `TypeScript ${versions.typescript} (tslab ${versions.tslab}, Node ${process.version})`,
    help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/handbook/' }],
    supported_features: [],
  };
}

/** Jupyter counts characters, JavaScript UTF-16 units: an emoji is one of the first and two of the second. */
const toUnits = (text, characters) => Array.from(text).slice(0, characters).join('').length;
const toCharacters = (text, units) => Array.from(text.slice(0, units)).length;

/** @param {import('./executor.cjs').Executor} executor @param {{ code: string, cursor_pos: number }} request */
function complete(executor, { code, cursor_pos: cursor }) {
  const found = executor.complete(code, toUnits(code, cursor));
  return {
    status: 'ok',
    matches: [...new Set(found.candidates)],
    cursor_start: toCharacters(code, found.start),
    cursor_end: toCharacters(code, found.end),
    metadata: {},
  };
}

/** @param {object} tslab @param {import('./executor.cjs').Executor} executor @param {{ code: string, cursor_pos: number }} request */
function inspect(tslab, executor, { code, cursor_pos: cursor }) {
  for (const position of inspectedPositions(code, toUnits(code, cursor))) {
    const info = executor.inspect(code, position);
    const text = info && tslab.inspect.printQuickInfo(info);
    if (text) return { status: 'ok', found: true, data: { 'text/plain': text }, metadata: {} };
  }
  return { status: 'ok', found: false, data: {}, metadata: {} };
}

/** The cursor, the word that ends at it, and the name of the call whose arguments it is in. */
function inspectedPositions(code, cursor) {
  const positions = [cursor, cursor - 1];
  let depth = 0;
  for (let i = cursor - 1; i > 0; i--) {
    if (')]}'.includes(code[i])) depth++;
    else if ('([{'.includes(code[i])) {
      if (depth === 0 && code[i] === '(') positions.push(i - 1);
      depth = Math.max(0, depth - 1);
    }
  }
  return positions.filter((position) => position >= 0);
}

/** @param {object} tslab @param {{ code: string }} request */
function isComplete(tslab, { code }) {
  const { completed, indent } = tslab.converter.isCompleteCode(code);
  if (!completed) return { status: 'incomplete', indent: indent ?? '' };
  const { parseDiagnostics } = tslab.ts.createSourceFile('cell.ts', code, tslab.ts.ScriptTarget.Latest);
  return { status: parseDiagnostics.length > 0 ? 'invalid' : 'complete' };
}

module.exports = { kernelInfo, complete, inspect, isComplete };
