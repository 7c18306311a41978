// Makes the kernel visible to the user's own JupyterLab and to VS Code: a kernelspec in the folder where Jupyter looks for the kernels of a
// user, or of a Python environment.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { kernelspec } from '../steps/kernelspec.mjs';
import { SetupError } from './errors.mjs';
import { inCache, inProject, setupCommand } from './paths.mjs';
import { writeWhole } from './stamps.mjs';

/** The name that the course's notebooks ask for. */
const NAME = 'tslab';

/**
 * @typedef {object} KernelOptions
 * @property {string} [name] of the kernelspec; default: tslab
 * @property {string} [prefix] folder of a Python environment; default: the user's own folder
 */

/**
 * The folder of a kernelspec. Jupyter's documentation lists these places: https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 *
 * @param {KernelOptions} options
 * @param {NodeJS.ProcessEnv} [environment]
 * @param {NodeJS.Platform} [platform]
 * @returns {string}
 */
export function kernelFolder({ name = NAME, prefix }, environment = process.env, platform = process.platform) {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name) || /^\.+$/.test(name))
    throw new SetupError(`'${name}' cannot be the name of a kernel: expected letters, digits, - . and _`);
  if (prefix !== undefined) return join(resolve(prefix), 'share', 'jupyter', 'kernels', name);
  return join(userData(environment, platform), 'kernels', name);
}

/**
 * Jupyter's data folder of the user. In a terminal of our own JupyterLab, JUPYTER_DATA_DIR is that of the project.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
function userData({ JUPYTER_DATA_DIR, XDG_DATA_HOME }, platform) {
  if (JUPYTER_DATA_DIR && resolve(JUPYTER_DATA_DIR) !== inCache('jupyter', 'data')) return resolve(JUPYTER_DATA_DIR);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  const data = XDG_DATA_HOME && isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homedir(), '.local', 'share');
  return join(data, 'jupyter');
}

/**
 * Write the kernelspec, or write it again.
 *
 * @param {KernelOptions} [options]
 * @returns {string} its folder
 * @throws {SetupError} if a kernel of that name is not tunebook's, the prefix is not a folder, or tunebook is not set up
 */
export function installKernel(options = {}) {
  const folder = kernelFolder(options);
  if (options.prefix !== undefined && !existsSync(options.prefix))
    throw new SetupError(`no folder '${options.prefix}': give the folder of a Python environment`);
  if (existsSync(folder) && !isOurs(folder)) {
    throw new SetupError(
      `'${folder}' is another kernel, which stays as it is: choose another name, as in tunebook kernel install --name tunebook`,
    );
  }
  const spec = kernelspec();
  const missing = [...spec.argv.filter(isAbsolute), inProject('dist', 'src', 'index.js')].find(
    (file) => !existsSync(file),
  );
  if (missing !== undefined) throw new SetupError(`'${missing}' is missing: run \`${setupCommand}\` first`);
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  return folder;
}

/**
 * Remove a kernelspec that {@link installKernel} wrote; files that somebody added to it stay.
 *
 * @param {KernelOptions} [options]
 * @returns {string} its folder
 * @throws {SetupError} if there is none, or it is not tunebook's
 */
export function uninstallKernel(options = {}) {
  const folder = kernelFolder(options);
  if (!existsSync(folder)) throw new SetupError(`there is no kernel in '${folder}'`);
  if (!isOurs(folder)) throw new SetupError(`'${folder}' is another kernel, which stays as it is`);
  rmSync(join(folder, 'kernel.json'));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
  return folder;
}

/**
 * Whether a kernelspec starts tunebook's kernel, of this or another copy of it.
 *
 * @param {string} folder
 * @returns {boolean}
 */
function isOurs(folder) {
  try {
    const { argv, env } = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
    return (
      env?.TUNEBOOK_KERNEL === '1' &&
      argv.some((/** @type {unknown} */ word) => basename(String(word)) === 'preload.cjs')
    );
  } catch {
    return readdirSync(folder).length === 0;
  }
}
