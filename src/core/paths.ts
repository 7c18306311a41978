import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

function findProject(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'tunebook') return folder;
  }
  throw new Error(`no package.json of tunebook above ${__dirname}`);
}

/** The folder that holds tunebook's package.json. */
export const projectFolder = findProject();

/**
 * A place in the cache, where all that was installed or computed lies: `.cache` in the project's folder, or the folder
 * that the environment variable TUNEBOOK_CACHE names. kernel-setup/lib/paths.mjs says the same for the set-up.
 */
export function cacheFolder(...parts: string[]): string {
  return join(resolve(process.env.TUNEBOOK_CACHE || join(projectFolder, '.cache')), ...parts);
}
