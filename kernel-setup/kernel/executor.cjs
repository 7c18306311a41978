'use strict';
// Compiles cells and runs them.

const path = require('node:path');
const { Compiler } = require('./compile/compiler.cjs');
const { pageRequest } = require('./pager.cjs');

/** `/** @module NAME *\/` makes a cell a module that other cells can import; `@browser` keeps it from running here. */
const tags = /^\s*\/\*\*([\s\S]*?)\*\//;

class Executor {
  /** cell number to its text @type {Map<number, string>} */
  sources = new Map();

  /**
   * @param {import('./cellProcess.cjs').CellProcess} cells the process in which cells run
   * @param {Compiler} [compiler] one that knows no cell yet
   */
  constructor(cells, compiler) {
    this.cells = cells;
    this.compiler = compiler ?? new Compiler(process.cwd());
    cells.findModule = (name, from) => this.compiler.modules.find(name, from);
    // The first compilation takes a second, so do it now and not when the first cell waits for it.
    if (!compiler) this.compiler.service.program();
  }

  /** @param {import('./cellProcess.cjs').CellProcess} cells @returns {Executor} that knows no cell */
  renewed(cells) {
    return new Executor(cells, this.compiler.renewed());
  }

  /**
   * @param {string} source
   * @param {number} count the cell's number
   * @param {number} id of the request
   * @returns {Promise<import('./cellProcess.cjs').Outcome & { page?: Record<string, string> }>}
   * @throws {import('./compileError.cjs').CompileError}
   */
  async execute(source, count, id) {
    const page = pageRequest(this.compiler, source);
    if (page) return { page };
    this.sources.set(count, source);
    const tag = tags.exec(source)?.[1] ?? '';
    const module = /@module\s+([\w-]+)/.exec(tag)?.[1];
    if (module) {
      this.compiler.addModule(module, source, count);
      return {};
    }
    if (/@browser\b/.test(tag)) return {};
    const { code, imports, declares, keep } = this.compiler.compile(source, count);
    const stale = this.compiler.modules.takeStale();
    const outcome = await this.cells.run({ id, count, code, imports, declares, stale });
    // Values that a cell computed before it failed are kept, as in Python.
    keep(outcome.error ? (outcome.values ?? []) : undefined);
    return outcome;
  }

  /**
   * Finds the original position of a line of compiled code.
   *
   * @param {string} file as written in the stack: `<cell 3>`, or a path
   * @returns {import('./compile/positions.cjs').Positions | undefined}
   */
  positionsOf(file) {
    const cell = /^<cell (\d+)>$/.exec(file);
    return cell
      ? this.compiler.positions.get(Number(cell[1]))
      : this.compiler.modules.positions.get(path.normalize(file));
  }

  close() {
    this.compiler.service.close();
  }
}

module.exports = { Executor };
