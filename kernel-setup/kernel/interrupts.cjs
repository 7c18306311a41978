'use strict';
// The stop button. It arrives as SIGINT, in one of three states of the kernel:
//   - a cell runs synchronously: Node's vm ends it (breakOnSigint), nothing to do here but survive;
//   - a cell awaits work that can stop by itself (it holds the stop flag): the flag is raised and the cell ends normally;
//   - a cell awaits anything else, or the button was pressed twice: the cell ends with an error.

const { Sigint } = require('./sigint.cjs');

/** A second press within this time does not wait for work that holds the flag. */
const twice = 3000; // milliseconds
const flagKey = Symbol.for('tunebook.stop');

/**
 * What tunebook's `withStop` and the kernel share: `requested` is set by the stop button and cleared when a cell starts,
 * `holders` counts the pieces of running work that look at it.
 *
 * @typedef {{ requested: boolean, holders: number }} StopFlag
 */

/** What an interrupted cell throws. Frontends know the name. */
class KeyboardInterrupt extends Error {
  name = 'KeyboardInterrupt';
}

class Interrupts {
  /** @type {((error: Error) => void) | undefined} */
  #reject;
  /** @type {Promise<never>} */
  #interrupted;
  #lastPress = -Infinity;
  #abandoned = false;
  #sigint = new Sigint();
  /** @type {(text: string) => void} */
  #say;

  /** @param {(text: string) => void} say tells the person at the notebook what the button did */
  constructor(say) {
    this.#say = say;
    globalThis[flagKey] = { requested: false, holders: 0 };
  }

  /** Listen for the stop button. */
  install() {
    this.#sigint.watch(() => this.press());
  }

  /** A cell starts. */
  begin() {
    this.#sigint.take(); // pressed between two cells
    const flag = globalThis[flagKey];
    // Work that was interrupted while it held the flag keeps the old one, raised, and so ends after its current step.
    if (this.#abandoned && flag.holders > 0) globalThis[flagKey] = { requested: false, holders: 0 };
    else flag.requested = false;
    this.#abandoned = false;
    this.#lastPress = -Infinity;
    this.#interrupted = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#interrupted.catch(() => {});
  }

  /** The cell has ended. */
  end() {
    this.#reject = undefined;
  }

  /** Run the synchronous part of a cell. @template T @param {() => T} work @returns {T} */
  synchronously(work) {
    if (this.#sigint.take()) throw interruption(); // pressed while the cell was compiled
    try {
      return work();
    } catch (error) {
      throw error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' ? interruption() : error;
    }
  }

  /** Wait for `promise` unless the cell is interrupted. @template T @param {PromiseLike<T>} promise @returns {Promise<T>} */
  orInterrupt(promise) {
    return Promise.race([promise, this.#interrupted]);
  }

  /** The stop button was pressed. */
  press() {
    if (!this.#reject) return;
    const now = Date.now();
    const again = now - this.#lastPress < twice;
    this.#lastPress = now;
    const flag = globalThis[flagKey];
    flag.requested = true;
    if (flag.holders > 0 && !again) {
      this.#say('Stopping after the current step. Press stop again to end the cell at once.\n');
      return;
    }
    this.#abandoned = true;
    this.#reject(interruption());
  }
}

function interruption() {
  const error = new KeyboardInterrupt('the cell was interrupted');
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

module.exports = { Interrupts };
