'use strict';
// Messages between the process of the cells and the kernel: a JSON text and possibly binary data, after the length of each. `send` returns
// only after the message was written, so that it arrives even if the cell goes on computing or ends the process.

const net = require('node:net');
const {
  stringify,
  parse,
  bufferFrom,
  concat,
  subarray,
  setBytes,
  readLength,
  writeLength,
  text,
  writeSync,
  readSync,
  allocate,
  take,
  listener,
} = require('./kept.cjs');

/** The file descriptors of the channel in the process of the cells. */
const descriptors = { toKernel: 3, fromKernel: 4, answers: 5 };
/** The lengths, in bytes, of the JSON text and of all binary data together. */
const headLength = 8;

/**
 * @param {Record<string, unknown>} message anything that JSON can express
 * @param {readonly Uint8Array[]} [buffers] binary data; their lengths become the message's `sizes`
 * @returns {Buffer}
 */
function frame(message, buffers = []) {
  const sizes = [];
  let binary = 0;
  for (let i = 0; i < buffers.length; i++) {
    sizes[i] = buffers[i].byteLength;
    binary += sizes[i];
  }
  const body = bufferFrom(stringify(sizes.length > 0 ? { ...message, sizes } : message), 'utf8');
  const head = allocate(headLength);
  writeLength(head, body.byteLength);
  writeLength(head, binary, 4);
  const parts = [head, body];
  for (let i = 0; i < buffers.length; i++) parts[i + 2] = buffers[i];
  return concat(parts);
}

/** @param {Buffer} bytes @param {readonly number[]} sizes @returns {Buffer[]} copies with memory of their own, for typed arrays of any kind */
function split(bytes, sizes) {
  const buffers = [];
  for (let i = 0, at = 0; i < sizes.length; at += sizes[i++]) {
    buffers[i] = allocate(sizes[i]);
    setBytes(buffers[i], subarray(bytes, at, at + sizes[i]));
  }
  return buffers;
}

/** @param {(message: any, buffers: Buffer[]) => void} receive @returns {(chunk: Buffer) => void} takes what arrives, in pieces of any size */
function reader(receive) {
  let pending = [];
  let length = 0;
  let needed = headLength;
  return (chunk) => {
    pending[pending.length] = chunk; // joined only when a message is complete: a large one arrives in many pieces
    length += chunk.byteLength;
    while (length >= needed) {
      const bytes = pending.length === 1 ? pending[0] : concat(pending);
      const middle = headLength + readLength(bytes);
      const end = middle + readLength(bytes, 4);
      pending = [bytes];
      needed = end;
      if (length < end) return;
      const message = parse(text(subarray(bytes, headLength, middle), 'utf8'));
      const buffers = split(subarray(bytes, middle, end), message.sizes ?? []);
      pending = [subarray(bytes, end)];
      length -= end;
      needed = headLength;
      receive(message, buffers);
    }
  };
}

/**
 * Send to the kernel.
 *
 * @param {Record<string, unknown>} message
 * @param {readonly Uint8Array[]} [buffers]
 * @throws {TypeError} if JSON cannot express the message
 */
function send(message, buffers) {
  const bytes = frame(message, buffers);
  for (let at = 0; at < bytes.byteLength; ) {
    at += writeSync(descriptors.toKernel, bytes, at, bytes.byteLength - at);
  }
}

/** @param {number} length @returns {Buffer} the next bytes of the kernel's answer */
function readAnswer(length) {
  const bytes = allocate(length);
  for (let at = 0; at < length; ) {
    const got = readSync(descriptors.answers, bytes, at, length - at, null);
    if (got === 0) throw new Error('the kernel has ended');
    at += got;
  }
  return bytes;
}

/** Ask the kernel for a module and wait for the answer. @param {{ name: string, from: string }} question @returns {any} @throws {Error} if the kernel cannot provide it */
function ask(question) {
  send({ type: 'ask', name: question.name, from: question.from });
  const answer = parse(text(readAnswer(readLength(readAnswer(headLength))), 'utf8'));
  if (answer.error !== undefined) throw new SyntaxError(answer.error);
  return answer;
}

/** @param {(message: any, buffers: Buffer[]) => void} receive @param {() => void} closed called when the kernel has ended */
function listen(receive, closed) {
  const socket = new net.Socket({ fd: descriptors.fromKernel, readable: true, writable: false });
  const on = take(socket.on);
  const { emit } = socket;
  socket.emit = emit; // an own property, so that changes to the prototype do not affect it
  on(socket, 'data', listener(reader(receive)));
  on(socket, 'error', listener(closed));
  on(socket, 'close', listener(closed));
}

module.exports = { descriptors, frame, reader, send, ask, listen };
