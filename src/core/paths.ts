import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

function findProject(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'tunebook') return folder;
  }
  throw new Error(`no package.json of tunebook above ${__dirname}`);
}

/** The folder that holds tunebook's package.json. */
export const projectFolder = findProject();

/** Whether this is a clone of the repository: only that has a lock file, which npm does not put into packages. */
export const isClone = existsSync(join(projectFolder, 'package-lock.json'));

/** The command for the set-up, in the project's folder. */
export const setupCommand = isClone ? 'npm run setup' : 'npx tunebook setup';

/** Folder of everything that is installed or computed; kernel-setup/lib/paths.mjs has the same for the set-up. */
function cacheRoot(): string {
  if (process.env.TUNEBOOK_CACHE) return resolve(process.env.TUNEBOOK_CACHE);
  if (isClone) return join(projectFolder, '.cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'tunebook');
  const { XDG_CACHE_HOME } = process.env;
  return join(XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'tunebook');
}

/**
 * A path in the cache: below `.cache` in a clone; for an installed package in a folder of the user, which all projects share; or in
 * the folder that the environment variable TUNEBOOK_CACHE names.
 */
export function cacheFolder(...parts: string[]): string {
  return join(cacheRoot(), ...parts);
}

/**
 * The Python with JupyterLab that the set-up installs. kernel-setup/lib/paths.mjs has the same rule, and says why its folder has a name of
 * its own in a cache that several projects share.
 */
export function pythonProgram(): string {
  if (isClone) return cacheFolder('python', 'bin', 'python');
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  for (const name of ['pip', 'python']) {
    hash.update(readFileSync(join(projectFolder, 'kernel-setup', 'requirements', `${name}.txt`)));
  }
  return cacheFolder('python', hash.digest('hex').slice(0, 8), 'bin', 'python');
}
