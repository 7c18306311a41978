'use strict';
// Which cell does this line of code belong to? Its output goes there, also when it comes from a timer or a promise that
// outlived the cell.

const { AsyncLocalStorage } = require('node:async_hooks');
const { take } = require('./kept.cjs');

const storage = new AsyncLocalStorage();
const run = take(storage.run);
const getStore = take(storage.getStore);
Object.assign(storage, { getStore: storage.getStore, _enable: storage._enable }); // `run` calls them by name
/** @type {number | undefined} */
let latest;

/**
 * Run `work` as a part of a cell.
 *
 * @template T
 * @param {number} id the request's, not the number in the prompt: cells without a number have one, too
 * @param {() => T} work
 * @returns {T}
 */
function runAsCell(id, work) {
  latest = id;
  return run(storage, id, work);
}

/** @returns {number | undefined} the cell the running code belongs to, else the latest one; undefined before the first */
function currentCell() {
  return getStore(storage) ?? latest;
}

module.exports = { runAsCell, currentCell };
