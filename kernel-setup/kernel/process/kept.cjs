'use strict';
// What the kernel needs of JavaScript and Node while cells run in the same process. A cell may give Array.prototype.map, JSON or
// process.exit another meaning, by mistake or to try something; the kernel works with those that were there before the first
// cell. So the files in this folder call none of these by way of a prototype or a global, and iterate with an index.

const fs = require('node:fs');

const { apply } = Reflect;

/** A method as a function whose first argument is `this`. @param {Function} method */
const take =
  (method) =>
  (self, ...rest) =>
    apply(method, self, rest);

/** A function for an emitter, which calls it by its method `apply`. @template {Function} F @param {F} method @returns {F} */
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
