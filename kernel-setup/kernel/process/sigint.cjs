'use strict';
// Handles SIGINT safely. Node's vm takes the signal over while a cell runs synchronously, and gives it back afterwards. While it is given
// back, and permanently when a cell itself listens for SIGINT, the signal has its default effect: it ends the process, and everything that
// was trained is lost. So the signal stays with Node's watchdog, the one that vm uses, as long as the process lives; between synchronous
// runs the watchdog is asked regularly whether a signal came.

const { EventEmitter } = require('node:events');
const { apply, take } = require('./kept.cjs');

/** How often the watchdog is asked, in milliseconds. */
const interval = 40;

/** Node's watchdog. Nested starts are counted, and a stop says whether a signal came since the previous one. */
function findWatchdog() {
  try {
    const { startSigintWatchdog: start, stopSigintWatchdog: stop } = process.binding('contextify');
    return start && stop ? { start, stop } : undefined;
  } catch {
    return undefined; // a version of Node that no longer has it
  }
}

/** An emitter with its own methods, so that changes to Node's emitters do not affect it. */
class Listeners extends EventEmitter {}
for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
  if (name !== 'constructor') Listeners.prototype[name] = EventEmitter.prototype[name];
}

class Sigint {
  #watchdog = findWatchdog();
  /** listeners for SIGINT that cells and libraries have added, and the kernel's; the process itself has none */
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

  /** @returns {boolean} whether a signal came that was not handled yet */
  take() {
    if (!this.#watchdog) return false;
    this.#watchdog.start();
    return this.#watchdog.stop();
  }

  /** process.on('SIGINT', ...) and related methods store the listener here, where it cannot take over the signal. */
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
    // Some libraries end the process at SIGINT if theirs are the only listeners, so `listeners` includes the kernel's. listenerCount is
    // left alone, because vm uses it to decide whether there is a listener to take the signal from.
    for (const name of ['listeners', 'rawListeners']) {
      const original = take(process[name]);
      process[name] = (event) => (event === 'SIGINT' ? listeners[name](event) : original(process, event));
    }
  }
}

module.exports = { Sigint };
