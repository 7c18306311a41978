import { readdirSync, readFileSync } from 'node:fs';
import { flatRow, type StudyRow } from '../../src/study';

/** What must be the same, whichever process made the runs. */
export function comparable(rows: readonly StudyRow[]): object[] {
  return rows.map((row) => ({ ...flatRow(row), seconds: 0, memory: 0 }));
}

/** The processes that this one started to make runs. */
export function workerProcesses(parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const made = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('workerProcess');
        return ppid === parent && made ? [Number(name)] : [];
      } catch {
        return []; // it has ended
      }
    });
}

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
