'use strict';
// The comms that are open, and their messages: from the process of the cells to all frontends, and from a frontend to that process.

const { isObject } = require('./message.cjs');

/** Longer ids and names than any frontend makes are refused. */
const maxLength = 1000;
const isName = (value) => typeof value === 'string' && value !== '' && value.length <= maxLength;

/** @typedef {import('./message.cjs').Message} Message */

class Comms {
  /** id to target name @type {Map<string, string>} */
  #open = new Map();
  /** messages that are being handled, by number @type {Map<number, { message: Message, done: () => void }>} */
  #handling = new Map();
  #count = 0;

  /** @param {import('./cellProcess.cjs').CellProcess} cells */
  constructor(cells) {
    this.cells = cells;
    cells.on('handled', (number) => {
      this.#handling.get(number)?.done();
      this.#handling.delete(number);
    });
  }

  /**
   * Pass a message of a frontend to the process of the cells. A message without a known comm is ignored, as in other kernels.
   *
   * @param {Message} message comm_open, comm_msg or comm_close
   * @param {() => void} done called when it was handled; widgets send their next message only then
   */
  receive(message, done) {
    const { type: kind, content, metadata, buffers } = message;
    const { comm_id: comm, target_name: target, data } = content;
    const valid =
      isName(comm) && (kind === 'comm_open' ? isName(target) && !this.#open.has(comm) : this.#open.has(comm));
    if (!valid) {
      done();
      return;
    }
    if (kind === 'comm_open') this.#open.set(comm, target);
    if (kind === 'comm_close') this.#open.delete(comm);
    const number = ++this.#count;
    this.#handling.set(number, { message, done });
    this.cells.deliver({ number, kind, comm, target, data: isObject(data) ? data : {}, metadata }, buffers);
  }

  /**
   * A message of the process of the cells, as content for the frontends.
   *
   * @param {{ kind: string, comm: string, target?: string, data: object, answers?: number }} message
   * @returns {{ content: Record<string, unknown>, parent: Message | undefined }} parent: the message that it answers
   */
  send({ kind, comm, target, data, answers }) {
    const parent = this.#handling.get(answers)?.message;
    if (kind === 'comm_open') this.#open.set(comm, target);
    if (kind === 'comm_close') this.#open.delete(comm);
    const content = kind === 'comm_open' ? { comm_id: comm, target_name: target, data } : { comm_id: comm, data };
    return { content, parent };
  }

  /** @param {{ target_name?: unknown }} request @returns {Record<string, unknown>} the open comms, of one target if it is given */
  info({ target_name: wanted }) {
    const open = [...this.#open].filter(([, target]) => !isName(wanted) || target === wanted);
    return { status: 'ok', comms: Object.fromEntries(open.map(([id, target]) => [id, { target_name: target }])) };
  }
}

module.exports = { Comms };
