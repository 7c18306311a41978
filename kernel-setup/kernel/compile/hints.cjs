'use strict';
// Answers the editor's questions about a cell that is being typed: completion, the signature at the cursor, the documentation of a name.

const { readComments } = require('./comments.cjs');
const { ts } = require('./typescript.cjs');

const preferences = {
  includeCompletionsForModuleExports: false,
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: true, // also completes members of values that may be undefined
  includeCompletionsForImportStatements: false,
};

/** Compute the names of the cells, which otherwise the first completion would wait for. @param {import('./compiler.cjs').Compiler} compiler */
function prepare(compiler) {
  compiler.open('');
  const { languageService, current } = compiler.service;
  languageService.getCompletionsAtPosition(current, 0, preferences);
}

/**
 * @param {import('./compiler.cjs').Compiler} compiler
 * @param {string} source
 * @param {number} cursor
 * @returns {{ start: number, end: number, matches: { name: string, kind: string }[] }} best first, what is deprecated last
 */
function complete(compiler, source, cursor) {
  const text = compiler.open(source);
  const { service } = compiler;
  readComments(service.program());
  const position = text.toModule(cursor);
  const found = service.languageService.getCompletionsAtPosition(service.current, position, preferences);
  const start = cursor - /[\p{ID_Continue}$]*$/u.exec(source.slice(0, cursor))[0].length;
  const end = cursor + /^[\p{ID_Continue}$]*/u.exec(source.slice(cursor))[0].length;
  const typed = source.slice(start, cursor);
  const matches = (found?.entries ?? [])
    .filter(
      ({ name, kind, insertText = name }) =>
        kind !== ts.ScriptElementKind.warning &&
        (insertText === name || insertText.startsWith('?.')) && // names that need quotes, as in ['a-b'], are left out
        name.toLowerCase().startsWith(typed.toLowerCase()),
    )
    .sort(
      (a, b) =>
        Number(b.name.startsWith(typed)) - Number(a.name.startsWith(typed)) ||
        compare(a.sortText, b.sortText) ||
        compare(a.name, b.name),
    )
    .map(({ name, kind }) => ({ name, kind }));
  return { start, end, matches };
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The documentation of the name at the cursor or, inside the arguments of a call, of the called function.
 *
 * @param {import('./compiler.cjs').Compiler} compiler
 * @param {string} source
 * @param {number} cursor
 * @returns {{ plain: string, markdown: string } | undefined}
 */
function inspect(compiler, source, cursor) {
  const text = compiler.open(source);
  readComments(compiler.service.program());
  const { languageService, current } = compiler.service;
  for (const at of [cursor, cursor - 1]) {
    if (at < 0 || !/[\p{ID_Continue}$]/u.test(source[at] ?? '')) continue;
    const info = languageService.getQuickInfoAtPosition(current, text.toModule(at));
    if (info && !isUnknown(info)) return format(join(info.displayParts), info.documentation, info.tags);
  }
  const help = languageService.getSignatureHelpItems(current, text.toModule(cursor), undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!item) return undefined;
  const parameters = item.parameters
    .map(({ displayParts }) => join(displayParts))
    .join(join(item.separatorDisplayParts));
  const signature = join(item.prefixDisplayParts) + parameters + join(item.suffixDisplayParts);
  return format(signature, item.documentation, item.tags);
}

/** TypeScript calls a name that is not defined `any`. */
const isUnknown = ({ kind, displayParts }) => kind === ts.ScriptElementKind.unknown && join(displayParts) === 'any';

const join = (parts) => (parts ?? []).map(({ text }) => text).join('');

/** The text of a docstring's parts, with links as written. */
const prose = (parts) => join(parts).replace(/\{@link(?:code|plain)?\s+([^}]*)\}/g, '`$1`');

/** @returns {{ plain: string, markdown: string }} */
function format(signature, documentation, tags = []) {
  const short = signature.replace(/import\("[^"]*"\)\./g, '').replace(/^\(alias\) ([\s\S]*)\nimport [^\n]*$/, '$1'); // hides how the name was imported into the cell
  const docs = prose(documentation);
  const lines = tags.map(({ name, text }) => ({ name, text: prose(text) }));
  const plain = [short, docs, ...lines.map(({ name, text }) => `@${name} ${text}`.trim())].filter(Boolean).join('\n\n');
  const list = lines.map(({ name, text }) => tagAsMarkdown(name, text));
  const markdown = [`\`\`\`typescript\n${short}\n\`\`\``, docs, ...list].filter(Boolean).join('\n\n');
  return { plain, markdown };
}

function tagAsMarkdown(name, text) {
  if (name === 'example') return `**Example**\n\n${text.includes('```') ? text : `\`\`\`typescript\n${text}\n\`\`\``}`;
  if (name !== 'param') return `**${name}** ${text}`.trim();
  const [, parameter, rest] = /^(\S+)\s*-?\s*([\s\S]*)$/.exec(text) ?? [undefined, text, ''];
  return `- \`${parameter}\` ${rest}`.trim();
}

module.exports = { prepare, complete, inspect };
