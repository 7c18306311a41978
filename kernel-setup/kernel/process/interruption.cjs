'use strict';

/** The error of an interrupted cell. Frontends recognize its name. */
class KeyboardInterrupt extends Error {
  name = 'KeyboardInterrupt';
}

function interruption() {
  const error = new KeyboardInterrupt('the cell was interrupted');
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

module.exports = { interruption };
