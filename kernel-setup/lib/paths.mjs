import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds tunebook's package.json. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A place in the project.
 *
 * @param {...string} parts
 * @returns {string}
 */
export function inProject(...parts) {
  return join(projectFolder, ...parts);
}

/**
 * A place in the cache, where all that was installed or computed lies: `.cache` in the project's folder, or the folder
 * that the environment variable TUNEBOOK_CACHE names. src/core/paths.ts says the same for the package.
 *
 * @param {...string} parts
 * @returns {string}
 */
export function inCache(...parts) {
  return join(resolve(process.env.TUNEBOOK_CACHE || inProject('.cache')), ...parts);
}

/** The Python of the project's own environment. */
export const venvPython = () => inCache('python', 'bin', 'python');

/** The folder of the package whose native part the set-up builds. */
export const tfjsFolder = () => inProject('node_modules', '@tensorflow', 'tfjs-node-gpu');
