'use strict';
// If Jupyter is killed, its kernel would run for ever, although nothing can reach it any more.

/** How often to check, in milliseconds. */
const interval = 2000;

/** End this process when the process that started it has ended. Only if Jupyter started it, which sets JPY_PARENT_PID. */
function endWithParent() {
  if (!process.env.JPY_PARENT_PID) return;
  const parent = process.ppid;
  const look = () => {
    if (process.ppid !== parent) process.exit(1);
  };
  setInterval(look, interval).unref();
}

module.exports = { endWithParent };
