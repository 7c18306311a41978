import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, isAlive, nameProcess } from './processes.mjs';

/**
 * What a lock file contains: its owner, and the child processes that work for the owner.
 *
 * @typedef {object} Holder
 * @property {import('./processes.mjs').ProcessName} owner
 * @property {import('./processes.mjs').ProcessName[]} children each has its own process group
 * @property {string} token a random text, new each time the lock is taken
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
 * Make a lock file with its content in one step; false if there already is one.
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
 * What identifies a lock file: its token, which is never used twice, or the inode and time of a file without a token.
 *
 * @param {string} file
 */
function tokenOf(file) {
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status) return undefined;
  const token = read(file)?.token ?? '';
  return /^\w+$/.test(token) ? token : `${status.ino}-${Math.floor(status.mtimeMs)}`;
}

/**
 * Remove the lock of a process that has ended, and end the child processes that it may have left running.
 *
 * A slow process must not remove the lock of the next owner. So only one process at a time may check and remove a lock: the one that could
 * create a file whose name contains the lock's token, which differs if the lock has changed hands. src/core/fileLock.ts does the same for
 * everything that runs later; this file runs before src is compiled, and also ends child processes.
 *
 * @param {string} file
 */
function removeStale(file) {
  const token = tokenOf(file);
  if (token === undefined || isAlive(read(file)?.owner)) return;
  const guard = `${file}.${token}`;
  if (!create(guard, newHolder())) {
    removeStale(guard); // in case its process has ended, too; the next attempt finds it removed
    return;
  }
  try {
    if (tokenOf(file) !== token) return;
    const holder = read(file);
    if (isAlive(holder?.owner)) return;
    for (const child of holder?.children ?? []) if (isAlive(child)) endGroup(child.pid);
    rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** @returns {Holder} */
function newHolder() {
  return { owner: nameProcess(process.pid), children: [], token: randomBytes(8).toString('hex') };
}

/** The right to change the cache and node_modules. Only one process has it at a time. */
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
   * Record which child processes are running, so that they can be ended if this process is killed.
   *
   * @param {readonly number[]} pids
   */
  setChildren(pids) {
    this.#holder = { ...this.#holder, children: pids.map(nameProcess) };
    const own = `${this.#file}.${process.pid}`;
    writeFileSync(own, JSON.stringify(this.#holder));
    renameSync(own, this.#file);
  }

  release() {
    rmSync(`${this.#file}.${process.pid}`, { force: true }); // may be left over if the disk was full
    if (read(this.#file)?.owner.pid === process.pid) rmSync(this.#file, { force: true });
  }
}

/**
 * Wait for the lock and take it. If its owner was killed, the lock is taken over.
 *
 * @param {string} file
 * @param {(pid: number) => void} [onWait] called once for each process that is waited for
 * @returns {Promise<Lock>}
 */
export async function takeLock(file, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  const holder = newHolder();
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
