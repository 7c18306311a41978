import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/core/paths';

/** What was downloaded, not computed. */
const brought = ['weights', 'downloads', 'samples', 'datasets', 'python'];

/**
 * Make this folder a cache in which nothing was computed yet, so that neither what is cached already nor what a bench leaves
 * behind plays a part: what was downloaded is linked into it, all else that was there is removed.
 */
export function freshCache(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of brought) if (existsSync(cacheFolder(name))) symlinkSync(cacheFolder(name), join(folder, name));
}
