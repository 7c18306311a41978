'use strict';
// SIGINT without its traps. Node's vm takes the signal over while a cell runs synchronously and hands it back afterwards;
// during the hand-over, and for good when a cell listens for SIGINT itself, the signal has its default action: it ends the
// kernel, and with it all that was learned. So the signal stays with Node's watchdog, the one that vm uses, for as long as the
// kernel lives; between synchronous runs the watchdog is asked now and then whether a signal came.

const { EventEmitter } = require('node:events');

/** How often the watchdog is asked. */
const interval = 40; // milliseconds

/** Node's watchdog. Nested starts are counted, and a stop says whether a signal came since the last one. */
function findWatchdog() {
  try {
    const { startSigintWatchdog: start, stopSigintWatchdog: stop } = process.binding('contextify');
    return start && stop ? { start, stop } : undefined;
  } catch {
    return undefined; // a Node that has it no more
  }
}

class Sigint {
  #watchdog = findWatchdog();
  /** who listens for SIGINT in cells and libraries; the process itself has no such listeners */
  #listeners = new EventEmitter().setMaxListeners(0);

  /** @param {() => void} onSignal called in the event loop, up to {@link interval} after the signal */
  watch(onSignal) {
    if (!this.#watchdog) {
      process.on('SIGINT', onSignal);
      return;
    }
    this.#watchdog.start();
    this.#keepListeners(onSignal);
    const look = () => {
      if (this.take()) this.#listeners.emit('SIGINT', 'SIGINT', 2);
    };
    setInterval(look, interval).unref();
  }

  /** @returns {boolean} whether a signal came that nobody has taken yet */
  take() {
    if (!this.#watchdog) return false;
    this.#watchdog.start();
    return this.#watchdog.stop();
  }

  /** process.on('SIGINT', ...) and its relatives keep the listener here, where it cannot take the signal away. */
  #keepListeners(onSignal) {
    const listeners = this.#listeners;
    const keepOwn = () => {
      if (!listeners.listeners('SIGINT').includes(onSignal)) listeners.prependListener('SIGINT', onSignal);
    };
    keepOwn();
    const names = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener'];
    for (const name of names) {
      const original = process[name];
      process[name] = function (event, ...rest) {
        if (event === 'SIGINT') listeners[name](event, ...rest);
        else original.call(process, event, ...rest);
        keepOwn();
        return this;
      };
    }
    const removeAll = process.removeAllListeners;
    process.removeAllListeners = function (...events) {
      if (events.length === 0 || events[0] === 'SIGINT') listeners.removeAllListeners('SIGINT');
      if (events[0] !== 'SIGINT') removeAll.apply(process, events);
      keepOwn();
      return this;
    };
    // Libraries end the process at SIGINT if they are the only ones who listen. (Not so listenerCount: vm asks it whether
    // there is a listener to take the signal from.)
    for (const name of ['listeners', 'rawListeners']) {
      const original = process[name];
      process[name] = (event) => (event === 'SIGINT' ? listeners[name](event) : original.call(process, event));
    }
  }
}

module.exports = { Sigint };
