'use strict';
// The kernel's answers about the language: kernel_info, completion, documentation (Shift-Tab), and whether a cell is complete.

const hints = require('./compile/hints.cjs');
const { ts } = require('./compile/typescript.cjs');
const { protocolVersion } = require('./message.cjs');

/** @param {{ tslab: string, typescript: string }} versions */
function kernelInfo(versions) {
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
      // JupyterLab chooses colours by `mode`, the classic notebook by the other two.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    },
    banner: `TypeScript ${versions.typescript} (tslab ${versions.tslab}, Node ${process.version})`,
    help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/handbook/' }],
    supported_features: [],
  };
}

/** Jupyter counts characters, JavaScript counts UTF-16 units: an emoji is one character and two units. */
const toUnits = (text, characters) => Array.from(text).slice(0, characters).join('').length;
const toCharacters = (text, units) => Array.from(text.slice(0, units)).length;

/** @param {import('./compile/compiler.cjs').Compiler} compiler @param {{ code: string, cursor_pos: number }} request */
function complete(compiler, { code, cursor_pos: cursor }) {
  const found = hints.complete(compiler, code, toUnits(code, cursor));
  const start = toCharacters(code, found.start);
  const end = toCharacters(code, found.end);
  const types = found.matches.map(({ name, kind }) => ({ text: name, type: kind, start, end }));
  return {
    status: 'ok',
    matches: [...new Set(found.matches.map(({ name }) => name))],
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types }, // JupyterLab shows the kind of each name
  };
}

/** @param {import('./compile/compiler.cjs').Compiler} compiler @param {{ code: string, cursor_pos: number }} request */
function inspect(compiler, { code, cursor_pos: cursor }) {
  const about = hints.inspect(compiler, code, toUnits(code, cursor));
  if (!about) return { status: 'ok', found: false, data: {}, metadata: {} };
  return {
    status: 'ok',
    found: true,
    data: { 'text/plain': about.plain, 'text/markdown': about.markdown },
    metadata: {},
  };
}

/** @param {{ code: string }} request */
function isComplete({ code }) {
  if (/\n[^\S\n]*\n[^\S\n]*$/.test(code)) return { status: 'complete' }; // two empty lines: the user wants it to run
  const { parseDiagnostics } = ts.createSourceFile('cell.ts', `${code}\n`, ts.ScriptTarget.Latest);
  if (parseDiagnostics.length === 0) return { status: 'complete' };
  const end = code.trimEnd().length;
  const isOpen = parseDiagnostics.some(
    ({ start, code: number }) => (start >= end && number !== 1002) || number === 1160 || number === 1010, // an unterminated template or comment
  );
  if (!isOpen) return { status: 'invalid' };
  const last = /[^\n]*$/.exec(code)[0];
  const indent = /^\s*/.exec(last)[0];
  return { status: 'incomplete', indent: /[{([]\s*$/.test(last) ? `${indent}  ` : indent };
}

module.exports = { kernelInfo, complete, inspect, isComplete };
