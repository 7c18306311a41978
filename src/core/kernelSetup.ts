import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './paths';

/**
 * A module of kernel-setup/: the parts of the house that must work before anything is installed, and so are plain
 * modules. Loaded when called, as they lie outside what is compiled.
 *
 * @param file within kernel-setup/, e.g. 'lib/pip.mjs'
 */
export async function kernelSetup<T>(file: string): Promise<T> {
  return import(pathToFileURL(join(projectFolder, 'kernel-setup', file)).href);
}
