'use strict';
// Messages between the process of the cells and the kernel: JSON texts, each after its length. `send` returns only after the message was
// written, so that it arrives even if the cell goes on computing or ends the process.

const net = require('node:net');
const {
  stringify,
  parse,
  bufferFrom,
  concat,
  subarray,
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
const headLength = 4; // bytes

/** @param {unknown} message anything that JSON can express @returns {Buffer} */
function frame(message) {
  const body = bufferFrom(stringify(message), 'utf8');
  const head = bufferFrom([0, 0, 0, 0]);
  writeLength(head, body.byteLength);
  return concat([head, body]);
}

/** @param {(message: any) => void} receive @returns {(chunk: Buffer) => void} takes what arrives, in pieces of any size */
function reader(receive) {
  let pending = bufferFrom('');
  return (chunk) => {
    pending = pending.byteLength === 0 ? chunk : concat([pending, chunk]);
    while (pending.byteLength >= headLength) {
      const end = headLength + readLength(pending);
      if (pending.byteLength < end) return;
      const body = text(subarray(pending, headLength, end), 'utf8');
      pending = subarray(pending, end);
      receive(parse(body));
    }
  };
}

/** Send to the kernel. @param {Record<string, unknown>} message @throws {TypeError} if JSON cannot express it */
function send(message) {
  const bytes = frame(message);
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

/** @param {(message: any) => void} receive @param {() => void} closed called when the kernel has ended */
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
