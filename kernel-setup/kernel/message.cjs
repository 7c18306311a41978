'use strict';
// The Jupyter wire protocol: one message as the frames of a ZeroMQ socket, signed with the connection's key.
// https://jupyter-client.readthedocs.io/en/latest/messaging.html#the-wire-protocol

const { createHmac, randomUUID, timingSafeEqual } = require('node:crypto');

const delimiter = Buffer.from('<IDS|MSG>');
const protocolVersion = '5.3';
const session = randomUUID();

/**
 * @typedef {object} Message
 * @property {Buffer[]} identities the routing prefix: who gets the reply
 * @property {Record<string, unknown>} header
 * @property {Record<string, unknown>} content
 * @property {string} type the header's msg_type
 * @property {Record<string, unknown>} metadata
 * @property {Buffer[]} buffers binary data that belong to the content
 */

/**
 * What a message may have beside its content.
 *
 * @typedef {{ metadata?: Record<string, unknown>, buffers?: readonly Uint8Array[] }} Extras
 */

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} key @param {readonly (string | Buffer)[]} parts @returns {string} hex; empty without a key */
function sign(key, parts) {
  if (!key) return '';
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Read a message from the frames of a socket.
 *
 * @param {string} key the connection's key
 * @param {readonly Buffer[]} frames
 * @returns {Message}
 * @throws {Error} if the frames are not a message, or its signature is wrong
 */
function parseMessage(key, frames) {
  const at = frames.findIndex((frame) => frame.equals(delimiter));
  if (at < 0 || frames.length < at + 6) throw new Error('not a Jupyter message');
  const parts = frames.slice(at + 2, at + 6); // the signature does not cover the buffers that follow
  const expected = Buffer.from(sign(key, parts));
  const received = Buffer.from(frames[at + 1].toString());
  if (expected.length !== received.length || !timingSafeEqual(expected, received)) {
    throw new Error('a Jupyter message with a wrong signature');
  }
  const [header, , metadata, content] = parts.map((part) => JSON.parse(part.toString()));
  if (!isObject(header) || typeof header.msg_type !== 'string' || !isObject(content)) {
    throw new Error('a Jupyter message without a type or content');
  }
  return {
    identities: frames.slice(0, at),
    header,
    content,
    type: header.msg_type,
    metadata: isObject(metadata) ? metadata : {},
    buffers: frames.slice(at + 6),
  };
}

/**
 * The frames of a message that answers `parent`.
 *
 * @param {string} key
 * @param {string} type msg_type
 * @param {Record<string, unknown>} content
 * @param {Message | undefined} parent
 * @param {readonly (Buffer | string)[]} prefix the identities for a Router socket, a topic for a Publisher
 * @param {Extras} [extras]
 * @returns {(Uint8Array | string)[]}
 */
function formatMessage(key, type, content, parent, prefix, { metadata = {}, buffers = [] } = {}) {
  const header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  const parts = [header, parent?.header ?? {}, metadata, content].map((part) => JSON.stringify(part));
  return [...prefix, delimiter, sign(key, parts), ...parts, ...buffers];
}

module.exports = { isObject, parseMessage, formatMessage, protocolVersion };
