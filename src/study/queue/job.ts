import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../../files';
import type { RunTask } from '../plan';
import type { RunRecord } from '../records';

/** What a worker is told. */
export interface RunJob {
  task: RunTask;
  cache: boolean;
  pruneBelow: (number | null)[];
}

/** What it answers: the record, and the files of the run's folder, packed. */
export interface RunAnswer {
  record: RunRecord;
  files: Record<string, string>;
}

/** Files of a folder by their path in it, compressed, as text. */
export function packFolder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(folder.length + 1), gzipSync(readFileSync(file)).toString('base64')];
    }),
  );
}

/** Write packed files into a folder. Paths that lead out of it are not written. */
export function unpackFolder(files: Record<string, string>, folder: string): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (!file.startsWith(join(folder, '/'))) continue;
    writeFileAtomically(file, gunzipSync(Buffer.from(content, 'base64')));
  }
}
