'use strict';
// SIGINT without its traps. Node's vm takes the signal over while a cell runs synchronously and hands it back afterwards;
// during the hand-over, and for good when a cell listens for SIGINT itself, the signal has its default action: it ends the
// process, and with it all that was learned. So the signal stays with Node's watchdog, the one that vm uses, for as long as the
// process lives; between synchronous runs the watchdog is asked now and then whether a signal came.

const { EventEmitter } = require('node:events');
const { apply, take } = require('./kept.cjs');

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

/** An emitter with methods of its own, which a change to Node's emitters does not reach. */
class Listeners extends EventEmitter {}
for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
  if (name !== 'constructor') Listeners.prototype[name] = EventEmitter.prototype[name];
}

class Sigint {
  #watchdog = findWatchdog();
  /** who listens for SIGINT in cells and libraries; the process itself has no such listeners */
  #listeners = new Listeners().setMaxListeners(0);

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
      const present = listeners.listeners('SIGINT');
      for (let i = 0; i < present.length; i++) if (present[i] === onSignal) return;
      listeners.prependListener('SIGINT', onSignal);
    };
    keepOwn();
    const names = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener'];
    for (const name of names) {
      const original = process[name];
      process[name] = function (...rest) {
        apply(rest[0] === 'SIGINT' ? listeners[name] : original, rest[0] === 'SIGINT' ? listeners : process, rest);
        keepOwn();
        return this;
      };
    }
    const removeAll = take(process.removeAllListeners);
    process.removeAllListeners = function (...events) {
      if (events.length === 0 || events[0] === 'SIGINT') listeners.removeAllListeners('SIGINT');
      if (events.length === 0) removeAll(process);
      else if (events[0] !== 'SIGINT') removeAll(process, events[0]);
      keepOwn();
      return this;
    };
    // Libraries end the process at SIGINT if they are the only ones who listen. (Not so listenerCount: vm asks it whether
    // there is a listener to take the signal from.)
    for (const name of ['listeners', 'rawListeners']) {
      const original = take(process[name]);
      process[name] = (event) => (event === 'SIGINT' ? listeners[name](event) : original(process, event));
    }
  }
}

module.exports = { Sigint };
