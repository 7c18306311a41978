import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, isAlive, nameProcess } from './processes.mjs';

/**
 * What a lock file holds: who has it, and the child processes that are at work for it.
 *
 * @typedef {object} Holder
 * @property {import('./processes.mjs').ProcessName} owner
 * @property {import('./processes.mjs').ProcessName[]} children each leads a process group of its own
 */

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Make a lock file with its content in one step; false if there is one already.
 *
 * @param {string} file
 * @param {Holder} holder
 */
function create(file, holder) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(holder));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(own);
  }
}

/**
 * Remove the lock of a process that has ended, and end the children that it may have left at work.
 *
 * Only one process at a time may look and remove; otherwise a second one could remove the lock that the first has made
 * in the meantime.
 *
 * @param {string} file
 */
function removeStale(file) {
  const guard = `${file}.takeover`;
  if (!create(guard, { owner: nameProcess(process.pid), children: [] })) {
    if (!isAlive(read(guard)?.owner)) rmSync(guard, { force: true });
    return;
  }
  try {
    const holder = read(file);
    if (isAlive(holder?.owner)) return;
    for (const child of holder?.children ?? []) if (isAlive(child)) endGroup(child.pid);
    rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** The right to change the cache and node_modules; one process has it at a time. */
export class Lock {
  #file;
  #holder;

  /**
   * @param {string} file
   * @param {Holder} holder
   */
  constructor(file, holder) {
    this.#file = file;
    this.#holder = holder;
  }

  /**
   * Note which children are at work, so that they can be ended if this process is killed.
   *
   * @param {readonly number[]} pids
   */
  setChildren(pids) {
    this.#holder = { owner: this.#holder.owner, children: pids.map(nameProcess) };
    const own = `${this.#file}.${process.pid}`;
    writeFileSync(own, JSON.stringify(this.#holder));
    renameSync(own, this.#file);
  }

  release() {
    rmSync(`${this.#file}.${process.pid}`, { force: true }); // left where the disk was full
    if (read(this.#file)?.owner.pid === process.pid) rmSync(this.#file, { force: true });
  }
}

/**
 * Wait for the lock and take it. The lock of a process that was killed is taken over.
 *
 * @param {string} file
 * @param {(pid: number) => void} [onWait] called once for each process that is waited for
 * @returns {Promise<Lock>}
 */
export async function takeLock(file, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  const holder = { owner: nameProcess(process.pid), children: [] };
  let waitedFor = 0;
  while (!create(file, holder)) {
    const other = read(file);
    if (other && isAlive(other.owner)) {
      if (other.owner.pid !== waitedFor) onWait(other.owner.pid);
      waitedFor = other.owner.pid;
      await sleep(200);
    } else {
      removeStale(file);
      await sleep(20);
    }
  }
  return new Lock(file, holder);
}
