'use strict';
// Compiles and type-checks cells and the local modules that they import. Knows which names earlier cells have declared.

const { CompileError } = require('../compileError.cjs');
const { CellText } = require('./cellText.cjs');
const { commonScope, moduleSyntax, requiredBy, returnLast, withoutMapComment, withoutPreamble } = require('./emit.cjs');
const { LocalModules } = require('./localModules.cjs');
const { Positions } = require('./positions.cjs');
const { problemsIn } = require('./problems.cjs');
const { Service, isInPackage } = require('./service.cjs');
const { ts } = require('./typescript.cjs');

/** @typedef {import('./cellText.cjs').Declared & { module: number }} Known a name of an earlier cell, and the number of the module that declares it */

class Compiler {
  /** @type {Map<string, Known>} */
  #names = new Map();
  #modules = 0;
  #checked = '';

  /**
   * @param {string} folder the notebook's folder
   * @param {Service} [service] one that has no cell
   */
  constructor(folder, service = new Service(folder)) {
    this.folder = folder;
    this.service = service;
    this.modules = new LocalModules(this.service);
    /** cell number to the positions of its code @type {Map<number, Positions>} */
    this.positions = new Map();
  }

  /**
   * @param {string} source
   * @param {number} count the cell's number
   * @returns {{ code: string, imports: string[], declares: string[], keep: (values?: readonly string[]) => void }} `keep` makes what
   *   the cell declares known to later cells; if a list is given, only the values in that list
   * @throws {CompileError}
   */
  compile(source, count) {
    const { service } = this;
    service.refresh();
    const text = new CellText(source);
    text.withHeader(this.#header(text, identifiersIn(text.file)));
    service.write(service.current, text.text);
    const program = service.program();
    const file = program.getSourceFile(service.current);
    const problems = this.#problems([...service.configErrors, ...this.#check(program, file, source)], {
      path: service.current,
      text,
    });
    if (problems.length > 0) throw new CompileError(problems, source, count);
    const { code, map } = this.#emit(program, file, text);
    this.positions.set(count, new Positions(map, (line, column) => placeInCell(file, text, line, column)));
    const declares = [...text.declared]
      .filter(([, { kind }]) => kind !== 'type' && kind !== 'import')
      .map(([name]) => name);
    const keep = (values) => this.#keep(text, values);
    return { code, imports: this.#imports(program, file, text, code), declares, keep };
  }

  /**
   * A cell that becomes a named module: it has a JSDoc comment with the tag @module and a name.
   *
   * @param {string} name @param {string} source @param {number} count
   */
  addModule(name, source, count) {
    const { service } = this;
    const file = `${this.folder}/${name}.ts`;
    service.write(file, source);
    service.refresh();
    service.write(service.current, `import ${JSON.stringify(`./${name}`)};`);
    const program = service.program();
    const problems = this.#problems(this.#diagnose(program, program.getSourceFile(file))).map((problem) => ({
      ...problem,
      file: undefined,
    }));
    if (problems.length > 0) throw new CompileError(problems, source, count);
  }

  /** @returns {Compiler} without cells, which takes over this one's service: do not use this one again */
  renewed() {
    this.service.forgetCells();
    return new Compiler(this.folder, this.service);
  }

  #problems(diagnostics, cell) {
    return problemsIn(diagnostics, this.folder, cell, this.service.lenient);
  }

  #check(program, file, source) {
    const syntax = program.getSyntacticDiagnostics(file);
    if (syntax.length > 0) return syntax;
    const found = /^\s*\/\/\s*@ts-nocheck/.test(source) ? [] : [...program.getSemanticDiagnostics(file)];
    // Local modules are checked again when one of them has changed.
    const own = program
      .getSourceFiles()
      .filter(
        ({ fileName, isDeclarationFile }) =>
          !isDeclarationFile && /\.[cm]?tsx?$/.test(fileName) && !isInPackage(fileName),
      )
      .filter(({ fileName }) => fileName !== file.fileName && !this.service.version(fileName)?.startsWith('memory'));
    const state = own.map(({ fileName }) => `${fileName} ${this.service.version(fileName)}`).join('\n');
    if (state === this.#checked) return found;
    const inModules = own.flatMap((module) => this.#diagnose(program, module));
    if (this.#problems(inModules).length === 0) this.#checked = state;
    return [...inModules, ...found];
  }

  #diagnose(program, file) {
    const syntax = program.getSyntacticDiagnostics(file);
    return syntax.length > 0 ? syntax : program.getSemanticDiagnostics(file);
  }

  /** One line that imports the names of earlier cells that a cell mentions. @param {CellText} text @param {Set<string>} [mentioned] */
  #header(text, mentioned) {
    const lines = [];
    for (const [name, { kind, statement, module }] of this.#names) {
      if (text.declared.has(name) || (mentioned && !mentioned.has(name))) continue;
      const from = JSON.stringify(`./cell ${module}`);
      if (kind === 'import') lines.push(statement.replace(/\s+/g, ' '));
      else if (kind === 'variable') lines.push(`declare let ${name}: typeof import(${from}).${name};`);
      else lines.push(`import { ${name} } from ${from};`);
    }
    return lines.join(' ');
  }

  #emit(program, file, text) {
    let code = '';
    let map = '';
    const scope = commonScope(program.getTypeChecker(), (position) => text.isInHeader(position));
    const write = (name, content) => {
      if (name.endsWith('.map')) map = content;
      else code = content;
    };
    program.emit(file, write, undefined, false, {
      before: [scope, returnLast, moduleSyntax],
      after: [withoutPreamble],
    });
    return { code: withoutMapComment(code), map };
  }

  /** The imports to load before the cell runs: those that its code requires, and every imported value, used or not. */
  #imports(program, file, text, code) {
    const checker = program.getTypeChecker();
    const required = new Set(requiredBy(code));
    const isValue = (name) => {
      const symbol = checker.getSymbolAtLocation(name);
      if (!symbol) return true;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return checker.isUnknownSymbol?.(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
    };
    const found = [];
    for (const statement of file.statements) {
      const specifier = specifierOf(statement);
      if (specifier === undefined) continue;
      const names = ts.isImportDeclaration(statement) ? valueNamesOf(statement) : [];
      if (required.has(specifier) || (!text.isInHeader(statement.getStart()) && names.some(isValue)))
        found.push(specifier);
    }
    return [...new Set(found)];
  }

  #keep(text, values) {
    const module = ++this.#modules;
    this.service.write(this.service.cellFile(module), text.text);
    for (const [name, declared] of text.declared) {
      const isThere =
        values === undefined || declared.kind === 'type' || declared.kind === 'import' || values.includes(name);
      if (isThere) this.#names.set(name, { ...declared, module });
    }
  }

  /** Open a cell that the user is still typing, for completion and documentation. @param {string} source @returns {CellText} */
  open(source) {
    this.service.refresh();
    const text = new CellText(source);
    text.withHeader(this.#header(text));
    this.service.write(this.service.current, text.text);
    return text;
  }
}

/** @returns {string | undefined} the names that a statement imports */
function specifierOf(statement) {
  if (ts.isImportDeclaration(statement)) return statement.moduleSpecifier.text;
  if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) {
    return statement.moduleReference.expression.text;
  }
  return undefined;
}

function valueNamesOf({ importClause }) {
  if (!importClause || importClause.isTypeOnly) return [];
  const bindings = importClause.namedBindings;
  const named = !bindings
    ? []
    : ts.isNamespaceImport(bindings)
      ? [bindings.name]
      : bindings.elements.filter((element) => !element.isTypeOnly).map(({ name }) => name);
  return importClause.name ? [importClause.name, ...named] : named;
}

/** @returns {Set<string>} every name in a cell */
function identifiersIn(file) {
  const found = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function placeInCell(file, text, line, column) {
  const position = ts.getPositionOfLineAndCharacter(file, line, column);
  if (text.isInHeader(position)) return undefined;
  const place = text.lineOf(text.toCell(position));
  return { line: place.line, column: place.character };
}

module.exports = { Compiler };
