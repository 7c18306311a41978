import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { temporaryBeside } from './files';

/** The owner touches its lock more often than this; one untouched for longer was left behind by another machine. */
const STALE_SECONDS = 120;
const TOUCH_SECONDS = 10;

/**
 * Do `work` while no other process that asks for the same lock does its own: whoever comes later waits. A lock whose
 * process is gone counts no more.
 *
 * @param file the lock; its folder must exist
 * @param onWait told once when there is something to wait for
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>, onWait = () => {}): Promise<T> {
  for (let told = false; !take(file); ) {
    if (!told) onWait();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const touch = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // somebody removed it; the work is still worth finishing
    }
  }, TOUCH_SECONDS * 1000);
  touch.unref();
  try {
    return await work();
  } finally {
    clearInterval(touch);
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isAbandoned(file)) return false;
  // Of several that see it so, one gets to move it away; should it be a new one by now, it goes back.
  const moved = temporaryBeside(file);
  try {
    renameSync(file, moved);
    if (!isAbandoned(moved)) linkSync(moved, file);
  } catch {
    // another was quicker
  } finally {
    rmSync(moved, { force: true });
  }
  return false;
}

function isAbandoned(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return false; // gone by itself
  if (Date.now() - stats.mtimeMs > STALE_SECONDS * 1000) return true;
  try {
    const { pid, host } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; host: string };
    return host === hostname() && !isRunning(pid);
  } catch {
    return false; // gone, or just being written
  }
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
