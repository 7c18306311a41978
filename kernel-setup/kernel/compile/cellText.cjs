'use strict';
// A cell's text as a TypeScript module. Everything that it declares is exported, so that later cells can import it; an `export` written by
// the user changes nothing. Every change is an edit of the text, so that positions can be converted in both directions.

const { ts } = require('./typescript.cjs');

/**
 * @typedef {object} Declared a name that is declared at a cell's top level
 * @property {'variable' | 'constant' | 'type' | 'import' | 'other'} kind
 * @property {string} [statement] for an import: the declaration that imports this name alone
 * @typedef {{ start: number, end: number, text: string }} Edit
 */

class CellText {
  /** @type {Map<string, Declared>} */
  declared = new Map();
  /** names to export in a list, because `export` cannot be written before their declaration @type {string[]} */
  #listed = [];
  /** @type {Edit[]} */
  #edits = [];
  #header = '';

  /** @param {string} source */
  constructor(source) {
    this.source = source;
    this.file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
    for (const statement of this.file.statements) this.#read(statement);
    this.#edits.sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** Insert a line before the cell's text. @param {string} header without a line break @returns {this} */
  withHeader(header) {
    this.#header = `${header}\n`;
    return this;
  }

  /** The module's text. */
  get text() {
    let text = this.#header;
    let at = 0;
    for (const edit of this.#edits) {
      text += this.source.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    const list = this.#listed.length > 0 ? `export { ${this.#listed.join(', ')} };` : 'export {};';
    return `${text}${this.source.slice(at)}\n${list}`;
  }

  /** @param {number} position in the cell @returns {number} in the module's text */
  toModule(position) {
    let shift = this.#header.length;
    for (const { start, end, text } of this.#edits) {
      if (start > position || (start === position && end > start)) break;
      shift += text.length - (Math.min(end, position) - start);
    }
    return position + shift;
  }

  /** @param {number} position in the module's text @returns {number} in the cell, within its text */
  toCell(position) {
    let shift = this.#header.length;
    for (const { start, end, text } of this.#edits) {
      if (start + shift + text.length > position) break;
      shift += text.length - (end - start);
    }
    return Math.max(0, Math.min(position - shift, this.source.length));
  }

  /** @param {number} position in the module's text */
  isInHeader(position) {
    return position < this.#header.length;
  }

  /** @param {number} position in the cell @returns {{ line: number, character: number }} from 0 */
  lineOf(position) {
    return this.file.getLineAndCharacterOfPosition(position);
  }

  #edit(start, end, text) {
    this.#edits.push({ start, end, text });
  }

  #declare(name, kind) {
    this.declared.set(name, { kind });
  }

  #read(node) {
    if (ts.isImportDeclaration(node)) this.#readImport(node);
    else if (ts.isImportEqualsDeclaration(node)) this.#readImportEquals(node);
    else if (ts.isExportDeclaration(node)) this.#readExportDeclaration(node);
    else if (ts.isExportAssignment(node)) this.#wrap(node, node.expression.getStart(), node.expression.end);
    else if (ts.isVariableStatement(node)) this.#readVariables(node);
    else if (isDeclaration(node)) this.#readDeclaration(node);
    else this.#readNestedVars(node);
  }

  /** `export default VALUE` becomes VALUE. */
  #wrap(node, start, end) {
    this.#edit(node.getStart(), start, '(');
    this.#edit(end, end, ')');
  }

  /** Insert `export` before a declaration, unless it is there already. */
  #export(node) {
    const modifiers = node.modifiers ?? [];
    const own = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!own) this.#edit(node.getStart(), node.getStart(), 'export ');
    const normal = modifiers.find(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (normal) this.#edit(normal.getStart(), normal.end, '');
  }

  #readDeclaration(node) {
    if (!node.name) return this.#wrap(node, node.modifiers.at(-1).end, node.end); // export default function () {}
    if (!ts.isIdentifier(node.name)) return undefined; // declare module 'x'
    const { text } = node.name;
    if (text === 'global' && ts.isModuleDeclaration(node)) return undefined;
    const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    if (!isType || !this.declared.has(text)) this.#declare(text, isType ? 'type' : 'other');
    return this.#export(node);
  }

  #readVariables(node) {
    const flags = ts.getCombinedNodeFlags(node.declarationList) & ts.NodeFlags.BlockScoped;
    const isVariable = flags === ts.NodeFlags.Let || flags === 0;
    const names = node.declarationList.declarations.flatMap(({ name }) => namesIn(name));
    for (const name of names) this.#declare(name, isVariable ? 'variable' : 'constant');
    // TypeScript gives an exported empty list the type never[], to which nothing can be added, so a type is inserted.
    for (const { name, type, initializer } of node.declarationList.declarations) {
      const isEmpty = initializer && ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
      if (isEmpty && !type && ts.isIdentifier(name)) this.#edit(name.end, name.end, ': any[]');
    }
    if (isVariable || flags === ts.NodeFlags.Const) this.#export(node);
    else this.#listed.push(...names); // using
  }

  /** A `var` in a block or a loop belongs to the whole cell. */
  #readNestedVars(node) {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      for (const name of node.declarations.flatMap((declaration) => namesIn(declaration.name))) {
        if (!this.declared.has(name)) this.#listed.push(name);
        this.#declare(name, 'variable');
      }
    }
    ts.forEachChild(node, (child) => this.#readNestedVars(child));
  }

  #readImport({ importClause, moduleSpecifier, attributes }) {
    if (!importClause) return;
    const from = ` from ${moduleSpecifier.getText()}${attributes ? ` ${attributes.getText()}` : ''};`;
    const phase = importClause.isTypeOnly ? 'import type ' : 'import ';
    const add = (name, clause) => this.declared.set(name.text, { kind: 'import', statement: phase + clause + from });
    if (importClause.name) add(importClause.name, importClause.name.text);
    const bindings = importClause.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) add(bindings.name, bindings.getText());
    else for (const element of bindings?.elements ?? []) add(element.name, `{ ${element.getText()} }`);
  }

  #readImportEquals(node) {
    const own = node.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (own) this.#edit(own.getStart(), own.end, '');
    const rest = node
      .getText()
      .slice(own ? own.end - node.getStart() : 0)
      .trim();
    this.declared.set(node.name.text, { kind: 'import', statement: rest.endsWith(';') ? rest : `${rest};` });
  }

  /** `export { a }` is removed, because a is exported anyway; `export { a } from 'm'` becomes an import. */
  #readExportDeclaration(node) {
    const start = node.getStart();
    if (!node.moduleSpecifier) return this.#edit(start, node.end, '');
    if (!node.exportClause) return this.#edit(start, node.moduleSpecifier.getStart(), 'import '); // export * from 'm'
    this.#edit(start, start + 'export'.length, 'import');
    const from = ` from ${node.moduleSpecifier.getText()}${node.attributes ? ` ${node.attributes.getText()}` : ''};`;
    const phase = node.isTypeOnly ? 'import type ' : 'import ';
    const add = (name, clause) => this.declared.set(name.text, { kind: 'import', statement: phase + clause + from });
    if (ts.isNamespaceExport(node.exportClause)) return add(node.exportClause.name, node.exportClause.getText());
    for (const element of node.exportClause.elements) add(element.name, `{ ${element.getText()} }`);
    return undefined;
  }
}

function isDeclaration(node) {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

/** @returns {string[]} of a variable or of a pattern */
function namesIn(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

module.exports = { CellText };
