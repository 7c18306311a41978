'use strict';
// The five sockets of a Jupyter kernel. Replaces tslab's server, which loses output after 512 messages in one turn of the event loop, sends
// no execute_input and no error, and skips cells that it should run.

const fs = require('node:fs');
const { parseMessage, formatMessage } = require('./message.cjs');

/** Never drop a message and never make a send wait: with zeromq's defaults the 513th send in one turn fails with EBUSY. */
const unlimited = { sendTimeout: 0, sendHighWaterMark: 0, linger: 1000 };

/** @typedef {import('./message.cjs').Message} Message */
/** @typedef {(type: string, content: Record<string, unknown>) => void} Reply */
/** @typedef {(message: Message, reply: Reply) => unknown} Handler */

class KernelServer {
  /**
   * @param {typeof import('zeromq')} zeromq
   * @param {string} connectionFile
   * @param {Handler} handle answers a request from the shell or the control channel
   */
  constructor(zeromq, connectionFile, handle) {
    this.connection = JSON.parse(fs.readFileSync(connectionFile, 'utf8'));
    this.handle = handle;
    this.iopub = new zeromq.Publisher(unlimited);
    this.shell = new zeromq.Router(unlimited);
    this.control = new zeromq.Router(unlimited);
    this.stdin = new zeromq.Router(unlimited);
    this.heartbeat = new zeromq.Reply({ linger: 0 });
  }

  async start() {
    const { transport, ip } = this.connection;
    const separator = transport === 'ipc' ? '-' : ':';
    const bind = (socket, port) => socket.bind(`${transport}://${ip}${separator}${port}`);
    await Promise.all([
      bind(this.iopub, this.connection.iopub_port),
      bind(this.shell, this.connection.shell_port),
      bind(this.control, this.connection.control_port),
      bind(this.stdin, this.connection.stdin_port),
      bind(this.heartbeat, this.connection.hb_port),
    ]);
    this.#receive(this.shell);
    this.#receive(this.control);
    this.#echo();
  }

  /**
   * Send a message to all frontends.
   *
   * @param {string} type
   * @param {Record<string, unknown>} content
   * @param {Message} [parent] the request that it belongs to
   * @param {import('./message.cjs').Extras} [extras]
   */
  publish(type, content, parent, extras) {
    this.#send(this.iopub, formatMessage(this.connection.key, type, content, parent, [`kernel.${type}`], extras));
  }

  async #receive(socket) {
    for await (const frames of socket) {
      let message;
      try {
        message = parseMessage(this.connection.key, frames);
      } catch (error) {
        console.error(`The kernel ignores ${error.message}`);
        continue;
      }
      const reply = (type, content) =>
        this.#send(socket, formatMessage(this.connection.key, type, content, message, message.identities));
      try {
        this.handle(message, reply);
      } catch (error) {
        // A request with unexpected content must not end this loop: the kernel would hear nothing more.
        console.error(`The kernel could not answer a message of type '${message.type}':`, error);
      }
    }
  }

  /** The heartbeat returns every message that it receives. */
  async #echo() {
    for await (const frames of this.heartbeat) await this.heartbeat.send(frames);
  }

  #send(socket, frames) {
    // Messages to a frontend that has gone are dropped.
    if (!socket.closed) socket.send(frames).catch(() => {});
  }

  close() {
    for (const socket of [this.iopub, this.shell, this.control, this.stdin, this.heartbeat]) socket.close();
  }
}

module.exports = { KernelServer };
