import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withFileLock } from './fileLock';
import { temporaryBeside } from './files';

/**
 * Make a folder, unless it exists. Of several processes that need it, one fills it and the others wait; it appears under its name
 * when it is complete, and nothing is left behind when filling fails.
 *
 * @param fill writes the content into an empty folder beside it
 * @param onWait called once when another process is filling it
 */
export async function makeFolderOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
  onWait = () => {},
): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const make = async () => {
    if (existsSync(folder)) return; // another process has made it meanwhile
    removeAbandoned(folder);
    const temporary = temporaryBeside(folder);
    try {
      mkdirSync(temporary);
      await fill(temporary);
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  };
  await withFileLock(`${folder}.lock`, make, onWait);
}

/** Remove what a process left behind that was killed while filling the folder; not what others write to get the lock. */
function removeAbandoned(folder: string): void {
  const begins = `.${basename(folder)}.`;
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(begins) && name.endsWith('.tmp') && !name.startsWith(`${begins}lock.`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}
