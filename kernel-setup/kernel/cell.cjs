'use strict';
// An execute_request that is being processed: its number, and the messages to the frontends that belong to it.

/** Printed text is held back at most this long (milliseconds), so that a loop of prints does not send a flood of messages. */
const flushAfter = 40;
/** At most this much text (characters) is held back. */
const flushAbove = 1 << 16;

/** @typedef {(type: string, content: Record<string, unknown>, extras?: import('./message.cjs').Extras) => void} Publish */

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
   * Print text.
   *
   * @param {'stdout' | 'stderr'} name
   * @param {string} text
   */
  print(name, text) {
    if (text === '') return;
    if (this.#pending && this.#pending.name !== name) this.flush();
    if (this.#pending) this.#pending.text += text;
    else this.#pending = { name, text };
    // A busy loop runs no timers, so the time is also checked here.
    if (this.#pending.text.length > flushAbove || Date.now() - this.#flushed > flushAfter) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushAfter);
  }

  /** Send the printed text that was held back. */
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
   * Send any other message, after all text that was printed before it.
   *
   * @param {string} type
   * @param {Record<string, unknown>} content
   * @param {import('./message.cjs').Extras} [extras]
   */
  publish(type, content, extras) {
    this.flush();
    this.#publish(type, content, extras);
  }
}

module.exports = { Cell };
