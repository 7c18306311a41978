import { join } from 'node:path';
import { UserError } from '../core/errors';
import { tryFileLock } from '../core/fileLock';

/** Milliseconds between two attempts while the lock file is being written or removed, and their number. */
const PAUSE = 10;
const TRIES = 200;

/**
 * Lock a folder for this process: two processes with the same study would execute its runs twice. The lock of a process that no
 * longer exists is ignored.
 *
 * @returns a function that releases the lock
 * @throws {UserError} if another process holds the lock
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, '.lock');
  for (let tries = 1; ; tries++) {
    const lock = tryFileLock(file);
    if (!('holder' in lock)) return lock.release;
    const { holder } = lock;
    if (holder) {
      throw new UserError(
        `'${folder}' is in use by process ${holder.pid} on ${holder.host}: wait for it, or end it first ` +
          `(if it no longer exists, remove ${file})`,
      );
    }
    if (tries === TRIES)
      throw new UserError(`'${folder}' is locked by ${file}, which does not name a process: remove that file`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
}
