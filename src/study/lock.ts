import { join } from 'node:path';
import { UserError } from '../core/errors';
import { tryFileLock } from '../core/fileLock';

/** Milliseconds between two tries while the lock changes hands, and how many. */
const PAUSE = 10;
const TRIES = 200;

/**
 * Keep a folder to this process: two that run the same study would make runs twice. What a killed process left behind does
 * not count.
 *
 * @returns how to let go
 * @throws {UserError} if another process has it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, '.lock');
  for (let tries = 1; ; tries++) {
    const lock = tryFileLock(file);
    if (!('holder' in lock)) return lock.release;
    const { holder } = lock;
    if (holder) {
      throw new UserError(
        `'${folder}' is being worked on by process ${holder.pid} on ${holder.host}: wait for it, or end it first ` +
          `(if it is gone, remove ${file})`,
      );
    }
    if (tries === TRIES) throw new UserError(`'${folder}' is locked by ${file}, which says not by whom: remove it`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
}
