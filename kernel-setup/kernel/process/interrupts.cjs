'use strict';
// The stop button. It arrives as SIGINT, in one of three states of the process:
//  - a cell runs synchronously: Node's vm ends it, and this file only keeps the process alive;
//  - a cell awaits work that can stop by itself (it holds the stop flag): the flag is set, and the cell ends normally;
//  - a cell awaits anything else, or the button was pressed twice: the cell ends with an error.

const { interruptible } = require('./interruptible.cjs');
const { interruption } = require('./interruption.cjs');
const { OwnPromise, now, whenSettled } = require('./kept.cjs');
const { Sigint } = require('./sigint.cjs');

/** A second press within this time (milliseconds) does not wait for work that holds the flag. */
const twice = 3000;
const flagKey = Symbol.for('tunebook.stop');

/**
 * Shared by tunebook's `withStop` and the kernel: `requested` is set by the stop button and cleared when a cell starts; `holders` counts
 * the running pieces of work that check it.
 *
 * @typedef {{ requested: boolean, holders: number }} StopFlag
 */

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

  /** @param {(text: string) => void} say tells the user what the button did */
  constructor(say) {
    this.#say = say;
    this.#flag();
  }

  /** @returns {StopFlag} the existing flag, or a new one if it is missing or unusable */
  #flag() {
    const flag = globalThis[flagKey];
    if (typeof flag === 'object' && flag !== null) return flag;
    globalThis[flagKey] = { requested: false, holders: 0 };
    return globalThis[flagKey];
  }

  /** Listen for the stop button. */
  install() {
    this.#sigint.watch(() => this.#press());
  }

  /** Called when a cell starts. */
  begin() {
    this.#sigint.take(); // pressed between two cells
    const flag = this.#flag();
    // Work that was interrupted while it held the flag keeps the old flag, which stays set, and so ends after its current step.
    if (this.#abandoned && flag.holders > 0) globalThis[flagKey] = { requested: false, holders: 0 };
    else flag.requested = false;
    this.#abandoned = false;
    this.#lastPress = -Infinity;
    this.#interrupted = new OwnPromise((_, reject) => {
      this.#reject = reject;
    });
    whenSettled(this.#interrupted, undefined, () => {});
  }

  /** Called when the cell has ended. @returns {boolean} whether it was asked to stop, and could end as it saw fit */
  end() {
    this.#reject = undefined;
    return this.#flag().requested;
  }

  /** Run the synchronous part of a cell. @template T @param {() => T} work @returns {T} */
  synchronously(work) {
    if (this.#sigint.take()) throw interruption(); // pressed while the cell was being compiled
    try {
      return interruptible(work);
    } catch (error) {
      throw wasInterrupted(error) ? interruption() : error;
    }
  }

  /**
   * Run code that is not part of the running cell, such as the listener of a widget. If the stop button ends it while a cell is waiting, the
   * button was meant for that cell, too.
   *
   * @param {() => void} work @throws {Error} what `work` throws, or a KeyboardInterrupt if no cell is running
   */
  aside(work) {
    try {
      interruptible(work);
    } catch (error) {
      if (!wasInterrupted(error)) throw error;
      if (!this.#reject) throw interruption();
      this.#press();
    }
  }

  /** Wait for a promise unless the cell is interrupted. @template T @param {T | PromiseLike<T>} value @returns {Promise<T>} */
  orInterrupt(value) {
    return new OwnPromise((resolve, reject) => {
      whenSettled(settled(value), resolve, reject);
      whenSettled(this.#interrupted, undefined, reject);
    });
  }

  /** Called when the stop button was pressed. */
  #press() {
    if (!this.#reject) return;
    const time = now();
    const again = time - this.#lastPress < twice;
    this.#lastPress = time;
    const flag = this.#flag();
    flag.requested = true;
    if (flag.holders > 0 && !again) {
      this.#say('Stopping after the current step. Press stop again to end the cell at once.\n');
      return;
    }
    this.#abandoned = true;
    this.#reject(interruption());
  }
}

/** A native promise for any value that can be awaited. */
const settled = async (value) => await value;

/** @param {unknown} error */
function wasInterrupted(error) {
  try {
    return error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
  } catch {
    return false; // an error that a cell threw
  }
}

module.exports = { Interrupts };
