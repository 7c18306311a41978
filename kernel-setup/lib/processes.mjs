import { readFileSync } from 'node:fs';

/**
 * Identifies a process without doubt: process ids are reused, but an id together with its start time is not.
 *
 * @typedef {object} ProcessName
 * @property {number} pid
 * @property {string} started in clock ticks since the machine started
 */

/**
 * When a process started, or undefined if there is none with that id (a zombie counts as ended).
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTime(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // the second field is the program's name in parentheses and may contain anything, so fields are counted from its end
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * @param {number} pid
 * @returns {ProcessName}
 */
export function nameProcess(pid) {
  return { pid, started: startTime(pid) ?? '' };
}

/**
 * @param {ProcessName | undefined} name
 * @returns {boolean}
 */
export function isAlive(name) {
  return name !== undefined && startTime(name.pid) === name.started;
}

/**
 * End a process and its whole group; does nothing if it has ended already.
 *
 * @param {number} pid the group's leader
 * @param {NodeJS.Signals} signal
 */
export function endGroup(pid, signal = 'SIGKILL') {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}
