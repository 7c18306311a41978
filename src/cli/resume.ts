import { existsSync } from 'node:fs';
import { printAside } from './print';

/**
 * Say that there is nothing to continue, as the name of the folder may be misspelled. It is no error: the command of a job that a
 * cluster starts again is the same at its first start.
 *
 * @param what begins then: 'the training'
 */
export function sayIfNothingToResume(resume: boolean | undefined, folder: string | undefined, what: string): void {
  if (resume && folder !== undefined && !existsSync(folder)) {
    printAside(`'${folder}' does not exist: there is nothing to continue, and ${what} begins`);
  }
}
