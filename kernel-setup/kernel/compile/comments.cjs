'use strict';
// Comments of documentation. Programs are read without them, as nothing that runs needs them, and reading them takes a quarter of a
// kernel's start. Here they are read when somebody may ask, and put where TypeScript looks for them.

const { ts } = require('./typescript.cjs');

/** Files that have their comments. @type {WeakSet<import('typescript').SourceFile>} */
const have = new WeakSet();

/**
 * Read the comments of the files of a program that were read without.
 *
 * @param {import('typescript').Program} program
 * @param {number} [most] milliseconds after which to stop. Default: never
 * @returns {boolean} whether all files have theirs
 */
function readComments(program, most = Number.POSITIVE_INFINITY) {
  const began = performance.now();
  for (const file of program.getSourceFiles()) {
    if (have.has(file)) continue;
    if (performance.now() - began > most) return false;
    have.add(file);
    // those of JavaScript were read, as they have its types
    const isTyped = file.scriptKind === ts.ScriptKind.TS || file.scriptKind === ts.ScriptKind.TSX;
    if (isTyped && file.text.includes('/**')) copyComments(withComments(file), file);
  }
  return true;
}

const withComments = ({ fileName, text, languageVersion, impliedNodeFormat, scriptKind }) =>
  ts.createSourceFile(fileName, text, { languageVersion, impliedNodeFormat }, false, scriptKind);

/** The two trees are of the same text, so they differ in their comments only. */
function copyComments(from, to) {
  if (from.jsDoc) {
    to.jsDoc = from.jsDoc;
    to.flags |= from.flags & ts.NodeFlags.Deprecated;
    for (const comment of from.jsDoc) adopt(comment, to);
  }
  const children = [];
  ts.forEachChild(from, (child) => {
    children.push(child);
  });
  let next = 0;
  ts.forEachChild(to, (child) => copyComments(children[next++], child));
}

/** Give a comment's parts their parents, as TypeScript's binder does. */
function adopt(node, parent) {
  node.parent = parent;
  ts.forEachChild(node, (child) => adopt(child, node));
}

module.exports = { readComments };
