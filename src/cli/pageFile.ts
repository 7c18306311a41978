import { closeSync, existsSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { checkFolder } from '../core/files';
import { openBounded } from '../core/readBounded';
import { REPORT_MARK } from '../report/page';

/**
 * The full path of the file of a report, checked before any work is done for it: only earlier reports are overwritten.
 *
 * @param option that gives another file, for the error
 * @throws {UserError} if it cannot be written
 */
export function pageFile(file: string, option: string): string {
  const page = resolve(file);
  if (existsSync(page) && !statSync(page).isDirectory() && !isReport(page)) {
    throw new UserError(`'${file}' exists and is not a report: give another file with ${option}`);
  }
  if (file === '' || (existsSync(page) && statSync(page).isDirectory())) {
    throw new UserError(`'${file}' is not a file name: give one for the page, such as report.html`);
  }
  checkFolder(dirname(page), 'the page');
  return page;
}

/** Whether a file is an earlier report: only such a file is overwritten. */
function isReport(page: string): boolean {
  const { descriptor } = openBounded(page, { largest: Number.POSITIVE_INFINITY });
  try {
    const begin = Buffer.alloc(500);
    const read = readSync(descriptor, begin, 0, begin.length, 0);
    return begin.subarray(0, read).toString('utf8').includes(REPORT_MARK);
  } finally {
    closeSync(descriptor);
  }
}
