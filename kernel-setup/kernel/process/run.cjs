'use strict';
// Runs a compiled cell and reports its result.

const path = require('node:path');
const { send } = require('./channel.cjs');
const { runAsCell } = require('./currentCell.cjs');
const { interruptible } = require('./interruptible.cjs');
const { interruption } = require('./interruption.cjs');
const { displayOf, asText } = require('./lastValue.cjs');
const { Modules } = require('./modules.cjs');
const { functionOf } = require('./scope.cjs');
const { describeThrown } = require('./thrown.cjs');
const { OwnPromise, setImmediate, writeSync, hasOwn } = require('./kept.cjs');

/**
 * @typedef {object} Job
 * @property {number} id of the request
 * @property {number} count the number in the prompt
 * @property {string} code CommonJS
 * @property {string[]} imports the modules to load before it runs
 * @property {string[]} declares the names of the values that it declares
 * @property {string[]} stale the local modules that are out of date
 * @property {string} mark printed on both streams when the cell has ended
 */

class Runner {
  /** the variables of all cells */
  #variables = {};
  /** cells resolve imports relative to this file */
  #file = path.join(process.cwd(), 'cell.ts');

  /** @param {import('./interrupts.cjs').Interrupts} interrupts @param {object} tslab what a cell gets for 'tslab' */
  constructor(interrupts, tslab) {
    this.interrupts = interrupts;
    this.modules = new Modules(tslab, this.#variables);
  }

  /** @param {Job} job @returns {Promise<void>} never rejects; the result was sent to the kernel */
  async run(job) {
    this.interrupts.begin();
    send({ type: 'started', id: job.id });
    let outcome;
    try {
      outcome = await runAsCell(job.id, () => this.#outcome(job));
    } catch (error) {
      outcome = { error: describeThrown(error) }; // a cell has broken Node's own functions: it must still end
    }
    // Node reports an unhandled rejection one turn later, which still belongs to this cell.
    await new OwnPromise((resolve) => setImmediate(resolve));
    const stopped = this.interrupts.end();
    const marked = { stdout: mark(1, job.mark), stderr: mark(2, job.mark) };
    try {
      send({ type: 'done', id: job.id, ...outcome, stopped, marked });
    } catch (error) {
      send({ type: 'done', id: job.id, error: describeThrown(error), stopped, marked }); // the value cannot be expressed as JSON
    }
  }

  /** @returns {Promise<{ error?: import('./thrown.cjs').Thrown, values?: string[], result?: object }>} */
  async #outcome(job) {
    const before = this.#valuesOf(job.declares);
    try {
      const value = await this.#execute(job);
      return value === undefined || value === null ? {} : { result: await this.#show(value) };
    } catch (error) {
      return { error: this.#describe(error), values: this.#newValues(job.declares, before) };
    }
  }

  #valuesOf(names) {
    const values = [];
    for (let i = 0; i < names.length; i++) values[i] = this.#variables[names[i]];
    return values;
  }

  /** @returns {string[]} the names that the cell had given a value before it failed */
  #newValues(names, before) {
    const found = [];
    for (let i = 0; i < names.length; i++) {
      const isNew = hasOwn(this.#variables, names[i]) && this.#variables[names[i]] !== before[i];
      if (isNew) found[found.length] = names[i];
    }
    return found;
  }

  async #execute({ code, count, imports, stale }) {
    this.modules.forget(stale);
    const loaded = await this.interrupts.orInterrupt(this.modules.loadAll(this.#file, imports));
    const cell = functionOf(code, { name: `<cell ${count}>`, asynchronous: true });
    const surroundings = this.modules.surroundings(this.#file, { exports: this.#variables }, loaded);
    const result = this.interrupts.synchronously(() => cell(surroundings));
    // Awaited here, because a promise that an async function returns is asked for its `then`, which a cell may have replaced.
    return await this.interrupts.orInterrupt(result);
  }

  async #show(value) {
    const shown = this.interrupts.synchronously(() => displayOf(value));
    return (await this.interrupts.orInterrupt(shown)) ?? this.interrupts.synchronously(() => asText(value));
  }

  /** Describing an error runs code of that error, which may never end, so this can be interrupted, too. */
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
    return false; // a cell has closed the file descriptor
  }
}

module.exports = { Runner };
