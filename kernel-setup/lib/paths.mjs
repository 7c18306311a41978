import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds tunebook's package.json. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A path in the project folder.
 *
 * @param {...string} parts
 * @returns {string}
 */
export function inProject(...parts) {
  return join(projectFolder, ...parts);
}

/** Whether this is a clone: only a clone has the lock file, which npm leaves out of packages. */
export const isClone = existsSync(inProject('package-lock.json'));

/** The command that the user types for the set-up. */
export const setupCommand = isClone ? 'npm run setup' : 'npx tunebook setup';

/** The folder for everything that was installed or computed; src/core/paths.ts defines the same one for the package. */
function cacheRoot() {
  if (process.env.TUNEBOOK_CACHE) return resolve(process.env.TUNEBOOK_CACHE);
  if (isClone) return inProject('.cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'tunebook');
  const { XDG_CACHE_HOME } = process.env;
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'tunebook');
}

/**
 * A path in the cache: `.cache` in a clone; a folder in the user's home, shared by all projects, for an installed package; or the folder
 * that the environment variable TUNEBOOK_CACHE names.
 *
 * @param {...string} parts
 * @returns {string}
 */
export function inCache(...parts) {
  return join(cacheRoot(), ...parts);
}

/** The Python of the project's virtual environment. */
export const venvPython = () => inCache('python', 'bin', 'python');
