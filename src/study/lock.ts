import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors';

interface Holder {
  pid: number;
  host: string;
  /** tells a process from a later one with the same number; null where the system does not say */
  begun: string | null;
}

/**
 * Keep a folder to this process: two that run the same study would make runs twice. What a killed process left behind does
 * not count.
 *
 * @returns how to let go
 * @throws {UserError} if another process has it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, '.lock');
  const own: Holder = { pid: process.pid, host: hostname(), begun: begunAt(process.pid) };
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error;
    }
    const holder = read(file);
    if (holder && lives(holder)) {
      throw new UserError(
        `'${folder}' is being worked on by process ${holder.pid} on ${holder.host}: wait for it, or end it first ` +
          `(if it is gone, remove ${file})`,
      );
    }
    rmSync(file, { force: true });
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // cut short by a crash, or gone by now
  }
}

function lives({ pid, host, begun }: Holder): boolean {
  if (host !== hostname()) return true; // it cannot be asked from here
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return begun === null || begunAt(pid) === begun;
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
