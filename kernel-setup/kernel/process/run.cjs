'use strict';
// Runs a compiled cell, and says what it came to.

const { Script } = require('node:vm');
const { send } = require('./channel.cjs');
const { runAsCell } = require('./currentCell.cjs');
const { interruptible } = require('./interruptible.cjs');
const { interruption } = require('./interrupts.cjs');
const { CellModules } = require('./cellRequire.cjs');
const { displayOf, asText } = require('./lastValue.cjs');
const { describeThrown } = require('./thrown.cjs');
const { OwnPromise, setImmediate, writeSync, take } = require('./kept.cjs');

const runInThisContext = take(Script.prototype.runInThisContext);

/**
 * @typedef {object} Job
 * @property {number} id of the request
 * @property {number} count the number in the prompt
 * @property {string} code CommonJS that takes `exports` and `require`
 * @property {boolean} asynchronous whether it awaits at its top level
 * @property {string} [last] the variable that gets the value of the last expression
 * @property {{ path: string, data: string }[]} modules local modules it needs, those that are new or changed
 * @property {string} mark printed on both streams when the cell has ended
 */

class Runner {
  #exports = keepingExports();

  /** @param {import('./interrupts.cjs').Interrupts} interrupts @param {object} tslab what a cell gets for 'tslab' */
  constructor(interrupts, tslab) {
    this.interrupts = interrupts;
    this.modules = new CellModules(tslab);
    this.require = this.modules.requireFrom(process.cwd());
  }

  /** @param {Job} job @returns {Promise<void>} never rejects; the kernel has been told how it went */
  async run(job) {
    this.interrupts.begin();
    send({ type: 'started', id: job.id });
    let outcome;
    try {
      outcome = await runAsCell(job.id, () => this.#outcome(job));
    } catch (error) {
      outcome = { error: describeThrown(error) }; // Node's own machinery is broken: the cell ends all the same
    }
    // Node reports an unhandled rejection a turn later; it still belongs to this cell.
    await new OwnPromise((resolve) => setImmediate(resolve));
    this.interrupts.end();
    const marked = { stdout: mark(1, job.mark), stderr: mark(2, job.mark) };
    try {
      send({ type: 'done', id: job.id, ...outcome, marked });
    } catch (error) {
      send({ type: 'done', id: job.id, error: describeThrown(error), marked }); // what it shows JSON cannot say
    }
  }

  /** @returns {Promise<{ error?: import('./thrown.cjs').Thrown, result?: object }>} */
  async #outcome(job) {
    try {
      const value = await this.#execute(job);
      return value === undefined || value === null ? {} : { result: await this.#show(value) };
    } catch (error) {
      return { error: this.#describe(error) };
    }
  }

  async #execute({ code, count, asynchronous, last, modules }) {
    this.modules.update(modules);
    const prefix = `(${asynchronous ? 'async ' : ''}function (exports, require) { `;
    const script = new Script(`${prefix}${code}\n})`, { filename: `<cell ${count}>`, columnOffset: -prefix.length });
    const cell = runInThisContext(script);
    const result = this.interrupts.synchronously(() => cell(this.#exports, this.require));
    if (asynchronous) await this.interrupts.orInterrupt(result);
    if (last === undefined) return undefined;
    const value = this.#exports[last];
    delete this.#exports[last];
    // Awaited here: a promise that an async function returns is asked for its `then`, which a cell may have changed.
    return await this.interrupts.orInterrupt(value);
  }

  async #show(value) {
    const shown = this.interrupts.synchronously(() => displayOf(value));
    return (await this.interrupts.orInterrupt(shown)) ?? this.interrupts.synchronously(() => asText(value));
  }

  /** Describing runs code of the error, too, which may not come to an end. */
  #describe(error) {
    try {
      return interruptible(() => describeThrown(error));
    } catch {
      return describeThrown(interruption());
    }
  }
}

/** @param {number} descriptor @param {string} text @returns {boolean} whether it could be written */
function mark(descriptor, text) {
  try {
    writeSync(descriptor, text);
    return true;
  } catch {
    return false; // a cell has closed it
  }
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

module.exports = { Runner };
