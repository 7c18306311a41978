'use strict';
// process.stdout and process.stderr write to the output of the cell that prints. Output that reaches the file descriptors in another way
// (from a child process that inherits them, or from native code) is read by the kernel at the other end of the pipe.

const { StringDecoder } = require('node:string_decoder');
const fs = require('node:fs');
const { send } = require('./channel.cjs');
const { currentCell } = require('./currentCell.cjs');
const { take, bufferFrom, nextTick, writeSync, Buffer } = require('./kept.cjs');

/** Send everything that JavaScript prints to its cell. Before the first cell it goes to the original streams. */
function captureStreams() {
  const printers = { 1: capture(process.stdout, 'stdout'), 2: capture(process.stderr, 'stderr') };
  // Some loggers do not use process.stdout but write to the file descriptor.
  fs.writeSync = (fd, data, ...rest) => {
    const print = printers[fd];
    if (!print || currentCell() === undefined) return writeSync(fd, data, ...rest);
    const whole = typeof data !== 'string' && typeof rest[0] === 'number' ? slice(data, rest[0], rest[1]) : data;
    print(whole, typeof data === 'string' ? rest[1] : undefined);
    return typeof whole === 'string' ? Buffer.byteLength(whole) : whole.byteLength;
  };
  console.clear = () => clearOutput(false); // Node's own does nothing where there is no terminal
}

/** Remove what the current cell has shown. @param {boolean} wait until there is new output */
function clearOutput(wait) {
  send({ type: 'clear', id: currentCell(), wait: wait === true });
}

/** @param {NodeJS.ArrayBufferView} data @param {number} offset @param {number} [length] bytes */
function slice(data, offset, length = data.byteLength - offset) {
  return bufferFrom(data.buffer, data.byteOffset + offset, length);
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {'stdout' | 'stderr'} name
 * @returns {(chunk: string | Uint8Array, encoding?: BufferEncoding) => void} prints to the current cell
 */
function capture(stream, name) {
  const original = take(stream.write);
  const decoder = new StringDecoder('utf8');
  const decode = take(decoder.write);
  const utf8 = { utf8: true, 'utf-8': true, UTF8: true, 'UTF-8': true };
  const print = (chunk, encoding) => {
    const bytes = typeof chunk === 'string' && encoding && utf8[encoding] !== true;
    const data = bytes ? bufferFrom(chunk, encoding) : chunk;
    const text = typeof data === 'string' ? data : decode(decoder, bufferFrom(data));
    if (text !== '') send({ type: 'print', id: currentCell(), name, text });
  };
  stream.write = (chunk, encoding, callback) => {
    if (currentCell() === undefined) return original(stream, chunk, encoding, callback);
    print(chunk, typeof encoding === 'string' ? encoding : undefined);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) nextTick(done);
    return true;
  };
  return print;
}

module.exports = { captureStreams, clearOutput };
