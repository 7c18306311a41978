import { REPORT_MARK } from '../report/page';
import { outputFile } from './outputFile';

/**
 * The full path of the file of a report, checked before any work is done for it: only earlier reports are overwritten.
 *
 * @param option that gives another file, for the error
 * @throws {UserError} if it cannot be written
 */
export const pageFile = (file: string, option: string): string =>
  outputFile(file, option, { what: 'a report', marks: [REPORT_MARK], example: 'report.html' });
