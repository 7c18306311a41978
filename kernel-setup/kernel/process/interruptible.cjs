'use strict';
// Lets the stop button end code that never returns to the event loop. Node's vm can do this (breakOnSigint), but only for functions that a
// vm script calls.

const { Script } = require('node:vm');
const { take, defineProperty } = require('./kept.cjs');

const script = new Script('__tslab__()', { filename: 'tunebook-kernel' });
const run = take(script.runInThisContext);
const options = { breakOnSigint: true };

/** @type {(() => unknown) | undefined} */
let pending;
defineProperty(globalThis, '__tslab__', {
  value: () => {
    const work = pending;
    pending = undefined;
    return work?.();
  },
});

/** @template T @param {() => T} work @returns {T} @throws {Error} ERR_SCRIPT_EXECUTION_INTERRUPTED, or what `work` throws */
function interruptible(work) {
  pending = work;
  return run(script, options);
}

module.exports = { interruptible };
