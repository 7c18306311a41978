'use strict';
// process.stdout and process.stderr of the kernel are the output of the cell that prints.

const { StringDecoder } = require('node:string_decoder');
const fs = require('node:fs');
const { currentCell } = require('./currentCell.cjs');

/** Send everything that JavaScript prints to its cell. Before the first cell it goes where it went before. */
function captureStreams() {
  const printers = { 1: capture(process.stdout, 'stdout'), 2: capture(process.stderr, 'stderr') };
  // Some loggers skip process.stdout and write to the file descriptor.
  const writeSync = fs.writeSync;
  fs.writeSync = (fd, data, ...rest) => {
    const print = printers[fd];
    if (!print || !currentCell()) return writeSync(fd, data, ...rest);
    const whole = typeof data !== 'string' && typeof rest[0] === 'number' ? slice(data, rest[0], rest[1]) : data;
    print(whole, typeof data === 'string' ? rest[1] : undefined);
    return typeof whole === 'string' ? Buffer.byteLength(whole) : whole.byteLength;
  };
  process.on('exit', () => currentCell()?.flush());
}

/** @param {NodeJS.ArrayBufferView} data @param {number} offset @param {number} [length] bytes */
function slice(data, offset, length = data.byteLength - offset) {
  return Buffer.from(data.buffer, data.byteOffset + offset, length);
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {'stdout' | 'stderr'} name
 * @returns {(chunk: string | Uint8Array, encoding?: BufferEncoding) => void} prints to the current cell
 */
function capture(stream, name) {
  const write = stream.write.bind(stream);
  const decoder = new StringDecoder('utf8');
  const print = (chunk, encoding) => {
    const bytes = typeof chunk === 'string' && encoding && !/^utf-?8$/i.test(encoding);
    const data = bytes ? Buffer.from(chunk, encoding) : chunk;
    currentCell()?.print(name, typeof data === 'string' ? data : decoder.write(Buffer.from(data)));
  };
  stream.write = (chunk, encoding, callback) => {
    if (!currentCell()) return write(chunk, encoding, callback);
    print(chunk, typeof encoding === 'string' ? encoding : undefined);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  };
  return print;
}

module.exports = { captureStreams };
