import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './paths';

/**
 * Import a module of kernel-setup/, whose files must work before anything is installed and so are plain JavaScript, which is not
 * compiled with this code.
 *
 * @param file within kernel-setup/, e.g. 'lib/pip.mjs'
 */
export async function kernelSetup<T>(file: string): Promise<T> {
  return import(pathToFileURL(join(projectFolder, 'kernel-setup', file)).href);
}
