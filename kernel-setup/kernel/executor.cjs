'use strict';
// Compiles cells with tslab's converter and has them run. Takes the place of tslab's own executor, which runs them in the
// kernel's process and prints errors and values.

const { CompileError } = require('./compileError.cjs');
const { Positions, takeSourceMap } = require('./positions.cjs');

/** tslab puts `export {};` on a line of its own before a cell's text. */
const linesBefore = 1;

class Executor {
  #declarations = '';

  /**
   * @param {object} tslab the parts of tslab (see tslab.cjs)
   * @param {{ node: object, browser: object, close(): void }} converters
   * @param {import('./cellProcess.cjs').CellProcess} cells where they run
   */
  constructor(tslab, converters, cells) {
    this.tslab = tslab;
    this.converters = converters;
    this.cells = cells;
    /** cell number to the positions of its code @type {Map<number, Positions>} */
    this.positions = new Map();
    /** cell number to its text @type {Map<number, string>} */
    this.sources = new Map();
  }

  /**
   * @param {string} source
   * @param {number} count the cell's number
   * @param {number} id of the request
   * @returns {Promise<import('./cellProcess.cjs').Outcome>}
   * @throws {CompileError}
   */
  async execute(source, count, id) {
    this.sources.set(count, source);
    const meta = this.tslab.metadata.getCodeMetadata(source);
    const converter = meta.mode === 'browser' ? this.converters.browser : this.converters.node;
    if (meta.module) {
      const diagnostics = converter.addModule(meta.module, source, meta);
      if (diagnostics.length > 0) throw new CompileError(diagnostics, source, count);
      return {};
    }
    if (meta.mode === 'browser') return {};

    const converted = converter.convert(this.#declarations, source);
    if (converted.diagnostics.length > 0) throw new CompileError(converted.diagnostics, source, count);
    if (!converted.output) {
      this.#declarations = converted.declOutput ?? '';
      return {};
    }
    const { code, map } = takeSourceMap(converted.output);
    if (map) this.positions.set(count, new Positions(map, linesBefore, code.split('\n').length));
    const asynchronous = converted.hasToplevelAwait || this.#awaits(code);
    const { lastExpressionVar: last, sideOutputs: modules } = converted;
    const outcome = await this.cells.run({ id, count, code, asynchronous, last, modules });
    if (!outcome.error) this.#declarations = converted.declOutput ?? '';
    return outcome;
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

module.exports = { Executor };
