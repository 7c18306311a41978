import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { temporaryBeside } from './files';
import { parseJson, readBounded } from './readBounded';
import { isId } from './safePath';

/** The owner touches its lock more often than this; one of another machine that is untouched for longer was left behind. */
const STALE_SECONDS = 120;
const TOUCH_SECONDS = 10;

/** Who has a lock. */
export interface Holder {
  pid: number;
  host: string;
  /** tells a process from a later one with the same number; null where the system does not say */
  begun: string | null;
  /** of this one time that the lock was taken */
  token: string;
}

export interface FileLock {
  /** Let go. What another has taken over in the meantime stays its own. */
  release(): void;
}

/**
 * Take a lock if nobody has it: of several processes that try at the same time one gets it, also where a process that is gone
 * has left it behind.
 *
 * A lock that was left behind is not removed, since the one that removes might be late and remove that of its successor. It is
 * replaced in one step, by whoever made a second lock whose name holds the token of the first: a token is never used twice, so
 * that what is late finds another token and goes away.
 *
 * @param file the lock; its folder must exist
 * @param staleSeconds after which an untouched lock of another machine, whose processes cannot be asked for, counts no more;
 *   default never
 * @returns the lock; or who has it, or undefined where that is changing just now
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
      // somebody removed it; the work is still worth finishing
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
 * Do `work` while no other process that asks for the same lock does its own: whoever comes later waits. A lock whose
 * process is gone counts no more.
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

/** Make a lock with its content in one step; false if there is one. */
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

/** For a file system that has no hard links. For a moment the lock is empty, which counts as held. */
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
  /** undefined where the content says nothing: it was cut short by a crash, or is being written */
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
    if (!lstatSync(file, { throwIfNoEntry: false })) return undefined; // gone by now
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

/** When a process began, in ticks since the machine did: the 22nd field of Linux's /proc/PID/stat. */
function begunAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
