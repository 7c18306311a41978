'use strict';
// One execute_request on its way: its number, and the messages that go to the frontends under it.

/** Printed text waits at most this long for more, so that a loop of prints is not a flood of messages. */
const flushAfter = 40; // milliseconds
/** ... and at most this much of it is held back. */
const flushAbove = 1 << 16; // characters

/** @typedef {(type: string, content: Record<string, unknown>) => void} Publish */

class Cell {
  /** @type {{ name: 'stdout' | 'stderr', text: string } | undefined} */
  #pending;
  #flushed = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {Publish} */
  #publish;

  /**
   * @param {number} count the number in the prompt, `[3]`
   * @param {string} source the cell's text
   * @param {Publish} publish sends a message on the iopub channel with the request as its parent
   */
  constructor(count, source, publish) {
    this.count = count;
    this.source = source;
    this.#publish = publish;
  }

  /**
   * Print.
   *
   * @param {'stdout' | 'stderr'} name
   * @param {string} text
   */
  print(name, text) {
    if (text === '') return;
    if (this.#pending && this.#pending.name !== name) this.flush();
    if (this.#pending) this.#pending.text += text;
    else this.#pending = { name, text };
    // A busy loop lets no timer run, so the time is looked at here, too.
    if (this.#pending.text.length > flushAbove || Date.now() - this.#flushed > flushAfter) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushAfter);
  }

  /** Send what was printed and not yet sent. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#flushed = Date.now();
    this.#publish('stream', pending);
  }

  /**
   * Send any other message, after all that was printed before it.
   *
   * @param {string} type
   * @param {Record<string, unknown>} content
   */
  publish(type, content) {
    this.flush();
    this.#publish(type, content);
  }
}

module.exports = { Cell };
