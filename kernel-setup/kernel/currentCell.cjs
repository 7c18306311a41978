'use strict';
// Which cell does this line of code belong to? Its output goes there, also when it comes from a timer or a promise that
// outlived the cell.

const { AsyncLocalStorage } = require('node:async_hooks');

/** @typedef {import('./cell.cjs').Cell} Cell */

const storage = new AsyncLocalStorage();
/** @type {Cell | undefined} */
let latest;

/**
 * Run `work` as a part of `cell`.
 *
 * @template T
 * @param {Cell} cell
 * @param {() => T} work
 * @returns {T}
 */
function runAsCell(cell, work) {
  latest = cell;
  return storage.run(cell, work);
}

/** @returns {Cell | undefined} the cell the running code belongs to, else the latest one; undefined before the first */
function currentCell() {
  return storage.getStore() ?? latest;
}

module.exports = { runAsCell, currentCell };
