'use strict';
// Finds out which cell the running code belongs to. Its output goes to that cell, even if it comes from a timer or a promise that is still
// active after the cell has ended.

const { AsyncLocalStorage } = require('node:async_hooks');
const { take } = require('./kept.cjs');

const storage = new AsyncLocalStorage();
const run = take(storage.run);
const getStore = take(storage.getStore);
Object.assign(storage, { getStore: storage.getStore, _enable: storage._enable }); // `run` calls them by name
/** @type {number | undefined} */
let latest;

/**
 * Run `work` as part of a cell.
 *
 * @template T
 * @param {number} id the id of the request, not the number in the prompt, because some cells have no number
 * @param {() => T} work
 * @returns {T}
 */
function runAsCell(id, work) {
  latest = id;
  return run(storage, id, work);
}

/**
 * Run `work` that belongs to an earlier cell, such as the listener of its widget.
 *
 * @template T @param {number | undefined} id @param {() => T} work @returns {T}
 */
function runForCell(id, work) {
  return run(storage, id, work);
}

/** @returns {number | undefined} the cell that the running code belongs to, otherwise the latest one; undefined before the first */
function currentCell() {
  return getStore(storage) ?? latest;
}

module.exports = { runAsCell, runForCell, currentCell };
