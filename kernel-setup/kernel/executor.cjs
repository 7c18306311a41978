'use strict';
// Compile a cell with tslab's converter and run it. Takes the place of tslab's own executor, which prints errors and values
// where this one returns them.

const vm = require('node:vm');
const { CellModules } = require('./cellRequire.cjs');
const { CompileError } = require('./compileError.cjs');
const { Positions, takeSourceMap } = require('./positions.cjs');

/** tslab puts `export {};` on a line of its own before a cell's text. */
const linesBefore = 1;

/** @typedef {{ value: unknown } | undefined} LastValue the value of a cell's last expression, if it ends in one */

class Executor {
  #declarations = '';
  #exports = keepingExports();

  /**
   * @param {object} tslab the parts of tslab (see tslab.cjs)
   * @param {{ node: object, browser: object, close(): void }} converters
   * @param {import('./interrupts.cjs').Interrupts} interrupts
   */
  constructor(tslab, converters, interrupts) {
    this.tslab = tslab;
    this.converters = converters;
    this.interrupts = interrupts;
    this.modules = new CellModules(tslab.public);
    /** cell number to the positions of its code @type {Map<number, Positions>} */
    this.positions = new Map();
    /** cell number to its text @type {Map<number, string>} */
    this.sources = new Map();
    const scope = { exports: this.#exports, require: this.modules.requireFrom(process.cwd()) };
    Object.defineProperty(globalThis, '__tslab__', { value: scope, configurable: true });
  }

  /**
   * @param {string} source
   * @param {number} count the cell's number
   * @returns {Promise<LastValue>} promises are settled
   * @throws whatever the cell throws; {@link CompileError}; KeyboardInterrupt
   */
  async execute(source, count) {
    this.sources.set(count, source);
    const meta = this.tslab.metadata.getCodeMetadata(source);
    const converter = meta.mode === 'browser' ? this.converters.browser : this.converters.node;
    if (meta.module) {
      const diagnostics = converter.addModule(meta.module, source, meta);
      if (diagnostics.length > 0) throw new CompileError(diagnostics, source, count);
      return undefined;
    }
    if (meta.mode === 'browser') return undefined;

    const converted = converter.convert(this.#declarations, source);
    this.modules.update(converted.sideOutputs);
    if (converted.diagnostics.length > 0) throw new CompileError(converted.diagnostics, source, count);
    if (!converted.output) {
      this.#declarations = converted.declOutput ?? '';
      return undefined;
    }
    const { code, map } = takeSourceMap(converted.output);
    if (map) this.positions.set(count, new Positions(map, linesBefore, code.split('\n').length));
    const asynchronous = converted.hasToplevelAwait || this.#awaits(code);
    const result = this.interrupts.synchronously(() => run(code, count, asynchronous));
    if (asynchronous) await this.interrupts.orInterrupt(result);
    this.#declarations = converted.declOutput ?? '';
    return this.#takeLastValue(converted.lastExpressionVar);
  }

  /** tslab overlooks `await (...)`, `await [...]` and `for await` at the top level of a cell. @param {string} code compiled */
  #awaits(code) {
    if (!code.includes('await')) return false;
    const { ts } = this.tslab;
    // An import or export makes it a module to the parser, and only there `await (x)` is no function call.
    const file = ts.createSourceFile(
      'cell.mjs',
      `${code}\nexport {};`,
      ts.ScriptTarget.Latest,
      false,
      ts.ScriptKind.JS,
    );
    const find = (node) =>
      node.kind === ts.SyntaxKind.AwaitExpression ||
      (node.kind === ts.SyntaxKind.ForOfStatement && Boolean(node.awaitModifier)) ||
      (!ts.isFunctionLike(node) && !ts.isClassLike(node) && (ts.forEachChild(node, find) ?? false));
    return find(file);
  }

  async #takeLastValue(name) {
    if (!name) return undefined;
    const last = this.#exports[name];
    delete this.#exports[name];
    const value = typeof last?.then === 'function' ? await this.interrupts.orInterrupt(last) : last;
    return value === undefined || value === null ? undefined : { value };
  }

  inspect(source, position) {
    return this.#converterOf(source).inspect(this.#declarations, source, position);
  }

  complete(source, position) {
    return this.#converterOf(source).complete(this.#declarations, source, position);
  }

  #converterOf(source) {
    const { mode } = this.tslab.metadata.getCodeMetadata(source);
    return mode === 'browser' ? this.converters.browser : this.converters.node;
  }

  close() {
    this.converters.close();
  }
}

/** @param {string} code @param {number} count @param {boolean} asynchronous @returns {Promise<void> | undefined} */
function run(code, count, asynchronous) {
  const prefix = `(${asynchronous ? 'async ' : ''}function (exports, require) { `;
  return vm.runInThisContext(`${prefix}${code}\n})(__tslab__.exports, __tslab__.require)`, {
    filename: `<cell ${count}>`,
    columnOffset: -prefix.length,
    breakOnSigint: true,
  });
}

/** The variables of all cells. Imports are defined as getters; they are kept as values, so that a later cell can assign them. */
function keepingExports() {
  const values = {};
  return new Proxy(values, {
    defineProperty(_target, name, attributes) {
      if (name !== '__esModule') values[name] = attributes.get ? attributes.get() : attributes.value;
      return true;
    },
  });
}

module.exports = { Executor };
