'use strict';
// Tells the kernel why the process of the cells ends, before it ends; and keeps errors in the background from ending it. A cell that calls
// `process.removeAllListeners()` would otherwise remove the listeners that do this.

const { send } = require('./channel.cjs');
const { currentCell } = require('./currentCell.cjs');
const { take, exit, listener } = require('./kept.cjs');
const { describeThrown } = require('./thrown.cjs');

/** Report errors that happen outside a cell's own run instead of ending the process, whatever cells do to the listeners of `process`. */
function survive() {
  const report = (what) =>
    listener((error) => send({ type: 'background', id: currentCell(), what, error: describeThrown(error) }));
  const listeners = [
    ['uncaughtException', report('Uncaught error in the background:')],
    ['unhandledRejection', report('Unhandled rejection of a promise:')],
  ];
  const listenersOf = take(process.listeners);
  const prepend = take(process.prependListener);
  const keepOwn = () => {
    for (let i = 0; i < listeners.length; i++) {
      const event = listeners[i][0];
      const own = listeners[i][1];
      const present = listenersOf(process, event);
      let found = false;
      for (let k = 0; k < present.length; k++) found ||= present[k] === own;
      if (!found) prepend(process, event, own);
    }
  };
  keepOwn();
  const names = ['off', 'removeListener', 'removeAllListeners'];
  for (let i = 0; i < names.length; i++) {
    const original = process[names[i]];
    process[names[i]] = function (...rest) {
      try {
        return take(original)(this, ...rest);
      } finally {
        keepOwn();
      }
    };
  }
}

/** Tell the kernel when a cell ends the process. */
function announceExit() {
  process.exit = function (code) {
    send({ type: 'exit', id: currentCell(), code: Number(code ?? process.exitCode ?? 0) || 0 });
    return take(exit)(this, code);
  };
}

module.exports = { survive, announceExit };
