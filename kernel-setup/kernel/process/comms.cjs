'use strict';
// The comms of the Jupyter protocol: connections between the code of cells and the widgets in a notebook. Libraries that run in cells find
// them as `globalThis[Symbol.for('tunebook.comms')]`.

const { randomUUID } = require('node:crypto');
const { send } = require('./channel.cjs');
const { currentCell, runForCell } = require('./currentCell.cjs');
const { create, defineProperty } = require('./kept.cjs');
const { describeThrown } = require('./thrown.cjs');

const key = Symbol.for('tunebook.comms');

/**
 * A message of a frontend.
 *
 * @typedef {object} Delivery
 * @property {number} number is returned when the message was handled
 * @property {'comm_open' | 'comm_msg' | 'comm_close'} kind
 * @property {string} comm the comm's id
 * @property {string} [target] of comm_open
 * @property {Record<string, unknown>} data
 * @property {Record<string, unknown>} metadata
 */

/**
 * @typedef {object} Received what a listener gets
 * @property {Record<string, unknown>} data
 * @property {Record<string, unknown>} metadata
 * @property {readonly Uint8Array[]} buffers
 * @property {number} number for {@link Extras.answers}
 */

/**
 * @typedef {object} Extras
 * @property {Record<string, unknown>} [metadata]
 * @property {readonly Uint8Array[]} [buffers]
 * @property {number} [answers] the number of the message that is being handled, to which this one is an answer
 */

/** @typedef {{ onMessage?: (message: Received) => void, onClose?: () => void }} CommListener */

class Comms {
  /** @type {Record<string, Comm>} */
  #open = create(null);
  /** target name to the function that gets the comms that frontends open @type {Record<string, (comm: Comm, message: Received) => CommListener | undefined>} */
  #targets = create(null);

  /** @param {import('./interrupts.cjs').Interrupts} interrupts */
  constructor(interrupts) {
    this.interrupts = interrupts;
    const shared = {
      open: (target, data, extras, listener) => this.#create(target, data, extras, listener),
      accept: (target, handler) => {
        this.#targets[target] = handler;
      },
    };
    defineProperty(globalThis, key, { value: shared });
  }

  /** Open a comm to the frontends. @param {string} target @param {object} data @param {Extras} extras @param {CommListener} listener */
  #create(target, data, extras, listener) {
    const comm = new Comm(randomUUID(), currentCell(), listener, (id) => delete this.#open[id]);
    post(comm, 'comm_open', data, extras, target);
    this.#open[comm.id] = comm;
    return comm;
  }

  /** @param {Delivery} message @param {readonly Uint8Array[]} buffers */
  take(message, buffers) {
    const cell = this.#open[message.comm]?.cell ?? currentCell();
    try {
      this.interrupts.aside(() => runForCell(cell, () => this.#handle(message, buffers)));
    } catch (error) {
      send({ type: 'background', id: cell, what: 'Error in the listener of a widget:', error: describeThrown(error) });
    } finally {
      send({ type: 'handled', number: message.number });
    }
  }

  #handle({ number, kind, comm: id, target, data, metadata }, buffers) {
    const received = { data, metadata, buffers, number };
    const known = this.#open[id];
    if (kind === 'comm_open' && !known) {
      const comm = new Comm(id, currentCell(), {}, () => delete this.#open[id]);
      const accept = this.#targets[target];
      if (!accept) {
        post(comm, 'comm_close', {}, {});
        return;
      }
      this.#open[id] = comm;
      comm.listener = accept(comm, received) ?? {};
    } else if (kind === 'comm_msg') known?.listener.onMessage?.(received);
    else if (kind === 'comm_close' && known) {
      delete this.#open[id];
      known.closed = true;
      known.listener.onClose?.();
    }
  }
}

class Comm {
  closed = false;
  #forget;

  /** @param {string} id @param {number | undefined} cell what it prints goes there @param {CommListener} listener @param {(id: string) => void} forget */
  constructor(id, cell, listener, forget) {
    this.id = id;
    this.cell = cell;
    this.listener = listener;
    this.#forget = forget;
  }

  /** Send a message to the frontends; without effect after the comm was closed. @param {object} data @param {Extras} [extras] */
  send(data, extras = {}) {
    if (!this.closed) post(this, 'comm_msg', data, extras);
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.#forget(this.id);
    post(this, 'comm_close', {}, {});
  }
}

/** @param {Comm} comm @param {Delivery['kind']} kind @param {object} data @param {Extras} extras @param {string} [target] */
function post(comm, kind, data, { metadata = {}, buffers = [], answers } = {}, target) {
  send({ type: 'comm', id: currentCell() ?? comm.cell, kind, comm: comm.id, target, data, metadata, answers }, buffers);
}

module.exports = { Comms };
