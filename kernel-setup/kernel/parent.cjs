'use strict';
// A kernel whose Jupyter died without a word (killed, out of memory) would run for ever: nobody can reach it any more.

/** How often to look. */
const interval = 2000; // milliseconds

/** End this process when the process that started it is gone. Only under Jupyter, which names itself in JPY_PARENT_PID. */
function endWithParent() {
  if (!process.env.JPY_PARENT_PID) return;
  const parent = process.ppid;
  const look = () => {
    if (process.ppid !== parent) process.exit(1);
  };
  setInterval(look, interval).unref();
}

module.exports = { endWithParent };
