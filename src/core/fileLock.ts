import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { temporaryBeside } from './files';
import { parseJson, readBounded } from './readBounded';
import { isId } from './safePath';

/** Owners update the time of their lock more often than this; a lock of another machine that is older was abandoned. */
const STALE_SECONDS = 120;
const TOUCH_SECONDS = 10;

/** The process that holds a lock. */
export interface Holder {
  pid: number;
  host: string;
  /** start time of the process, which tells it from a later one with the same id; null where the system does not have it */
  begun: string | null;
  /** random, new each time that a lock is taken */
  token: string;
}

export interface FileLock {
  /** Release the lock. If another process has taken it over in the meantime, that one keeps it. */
  release(): void;
}

/**
 * Take a lock if no process holds it. Of several processes that try at the same time, one gets it, also when the lock was
 * abandoned by a process that has ended.
 *
 * An abandoned lock is not deleted, because a slow process might then delete the lock of its successor. It is replaced in one step
 * by the process that could create a second lock whose name contains the token of the first. Tokens are never reused, so a slow
 * process finds another token and gives up.
 *
 * @param file the lock; its folder must exist
 * @param staleSeconds after which an untouched lock of another machine, whose processes cannot be asked for, counts no more;
 *   default never
 * @returns the lock; or the process that holds it, or undefined while that changes
 */
export function tryFileLock(
  file: string,
  { staleSeconds = Infinity }: { staleSeconds?: number } = {},
): FileLock | { holder: Holder | undefined } {
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    begun: begunAt(process.pid),
    token: randomBytes(8).toString('hex'),
  };
  if (!take(file, own, staleSeconds)) {
    const found = read(file);
    return { holder: found && !isAbandoned(found, staleSeconds) ? found.holder : undefined };
  }
  const touch = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // the lock file was deleted from outside; the work goes on
    }
  }, TOUCH_SECONDS * 1000);
  touch.unref();
  return {
    release: () => {
      clearInterval(touch);
      if (read(file)?.token === own.token) rmSync(file, { force: true });
    },
  };
}

/**
 * Run `work` while holding a lock; processes that ask for the same lock wait. The lock of a process that has ended is taken
 * over.
 *
 * @param file the lock; its folder must exist
 * @param onWait told once when there is something to wait for
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>, onWait = () => {}): Promise<T> {
  let lock = tryFileLock(file, { staleSeconds: STALE_SECONDS });
  if ('holder' in lock) onWait();
  while ('holder' in lock) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    lock = tryFileLock(file, { staleSeconds: STALE_SECONDS });
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function take(file: string, own: Holder, staleSeconds: number): boolean {
  if (create(file, own)) return true;
  const found = read(file);
  if (!found || !isAbandoned(found, staleSeconds)) return false;
  const successor = `${file}.${found.token}`;
  if (!take(successor, own, staleSeconds)) return false; // another is taking it over
  const temporary = temporaryBeside(file);
  try {
    if (read(file)?.token !== found.token) return false; // another has done so
    writeFileSync(temporary, JSON.stringify(own));
    renameSync(temporary, file);
    return true;
  } finally {
    rmSync(temporary, { force: true });
    rmSync(successor, { force: true });
  }
}

/** Create a lock file with its content in one step. @returns false if the file exists */
function create(file: string, own: Holder): boolean {
  const temporary = temporaryBeside(file);
  try {
    writeFileSync(temporary, JSON.stringify(own));
    linkSync(temporary, file);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return createWithoutLinks(file, own);
}

/** For file systems without hard links. The lock file is empty for a moment; an empty one counts as held. */
function createWithoutLinks(file: string, own: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Found {
  /** undefined when the content is incomplete: it is being written, or a crash cut it short */
  holder: Holder | undefined;
  token: string;
  /** milliseconds since 1970 */
  touched: number;
}

function read(file: string): Found | undefined {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (!status) return undefined;
  const { mtimeMs: touched, ino } = status;
  let holder: Holder | undefined;
  try {
    holder = status.isFile() ? (parseJson(readBounded(file, { largest: 4096 }).toString(), file) as Holder) : undefined;
    if (!Number.isSafeInteger(holder?.pid) || holder!.pid < 1 || typeof holder!.host !== 'string') holder = undefined;
  } catch {
    if (!lstatSync(file, { throwIfNoEntry: false })) return undefined; // deleted meanwhile
  }
  const token = isId(holder?.token) ? holder.token : `${ino}-${Math.floor(touched)}`;
  return { holder, token, touched };
}

function isAbandoned({ holder, touched }: Found, staleSeconds: number): boolean {
  const untouched = (Date.now() - touched) / 1000;
  if (!holder) return untouched > STALE_SECONDS;
  if (holder.host !== hostname()) return untouched > staleSeconds;
  return !lives(holder);
}

function lives({ pid, begun }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return typeof begun !== 'string' || begunAt(pid) === begun;
}

/** Start time of a process in clock ticks since boot: field 22 of /proc/PID/stat on Linux. */
function begunAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
