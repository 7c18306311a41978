import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';

const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder that is removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-test-'));
  made.push(folder);
  return folder;
}

/** Run `work` with an empty, separate cache. */
export async function withEmptyCache<T>(work: (cache: string) => T | Promise<T>): Promise<T> {
  const before = process.env.TUNEBOOK_CACHE;
  const cache = temporaryFolder();
  process.env.TUNEBOOK_CACHE = cache;
  try {
    return await work(cache);
  } finally {
    if (before === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = before;
  }
}

/** The real photos next to the project (never part of it), or undefined on a machine that has none. */
export function sharedData(...parts: string[]): string | undefined {
  const folder = join(projectFolder, '..', 'shared', 'data', ...parts);
  return existsSync(folder) ? folder : undefined;
}
