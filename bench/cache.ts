import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/core/paths';

/** The folders of the cache that hold downloads. */
const brought = ['weights', 'downloads', 'samples', 'datasets', 'python'];

/**
 * Make this folder a cache that contains downloads only, so that neither computed files nor files of an earlier benchmark affect the
 * measurement: downloads are linked into it, and everything else in it is removed.
 */
export function freshCache(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of brought) if (existsSync(cacheFolder(name))) symlinkSync(cacheFolder(name), join(folder, name));
}
