import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
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

/** @param {readonly (string | Buffer)[]} parts */
function shortHash(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 8);
}

/**
 * The folder of the virtual environment with JupyterLab. Versions of tunebook and machines that share a cache each have one for their pins;
 * src/core/paths.ts has the same rule.
 */
export function pythonFolder() {
  if (isClone) return inCache('python');
  const pins = ['pip', 'python'].map((name) => readFileSync(inProject('kernel-setup', 'requirements', `${name}.txt`)));
  return inCache('python', shortHash([process.platform, process.arch, ...pins]));
}

/** The Python of the project's virtual environment. */
export const venvPython = () => join(pythonFolder(), 'bin', 'python');

/** The folder in which Jupyter finds the kernel: one for each project that shares the cache, because the kernel is in the project. */
export const jupyterShare = () => inCache('jupyter', 'share', ...(isClone ? [] : [shortHash([projectFolder])]));
