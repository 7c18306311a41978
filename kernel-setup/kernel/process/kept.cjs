'use strict';
// Functions of JavaScript and Node that the kernel needs while cells run in the same process. A cell may replace Array.prototype.map, JSON
// or process.exit, by mistake or as an experiment; the kernel uses the originals, saved here before the first cell. So the files in this
// folder never call these through a prototype or a global, and they loop with an index.

const fs = require('node:fs');

const { apply } = Reflect;

/** Turn a method into a function whose first argument is `this`. @param {Function} method */
const take =
  (method) =>
  (self, ...rest) =>
    apply(method, self, rest);

/**
 * Prepare a function for an event emitter, which calls it through its method `apply`.
 *
 * @template {Function} F @param {F} method @returns {F}
 */
const listener = (method) => Object.assign(method, { apply: (self, rest) => apply(method, self, rest) });

module.exports = {
  apply,
  take,
  listener,
  toText: String,
  stringify: JSON.stringify,
  parse: JSON.parse,
  defineProperty: Object.defineProperty,
  hasOwn: Object.hasOwn,
  assign: Object.assign,
  now: Date.now,
  setImmediate,
  nextTick: process.nextTick,
  Buffer,
  bufferFrom: Buffer.from,
  allocate: Buffer.alloc,
  concat: Buffer.concat,
  subarray: take(Buffer.prototype.subarray),
  setBytes: take(Uint8Array.prototype.set),
  create: Object.create,
  readLength: take(Buffer.prototype.readUInt32LE),
  writeLength: take(Buffer.prototype.writeUInt32LE),
  text: take(Buffer.prototype.toString),
  slice: take(String.prototype.slice),
  whenSettled: take(Promise.prototype.then),
  OwnPromise: Promise,
  writeSync: fs.writeSync,
  readSync: fs.readSync,
  exit: process.exit,
};
