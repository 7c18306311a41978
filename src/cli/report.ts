import { closeSync, existsSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { checkFolder, writeFileAtomically } from '../core/files';
import { openBounded } from '../core/readBounded';
import { reportHtml, reportText } from '../report';
import { REPORT_MARK } from '../report/page';
import { print, printAside } from './print';

interface Options {
  html?: true;
  out?: string;
  data?: string;
  explain: boolean;
}

/** `tunebook report`: report on a run or a study, as text or as one HTML page. */
export function reportCommand(): Command {
  return new Command('report')
    .description('report on a run (diagnosis, charts, pictures) or a study (table, verdicts, charts)')
    .argument('<run>', 'run folder, written by `train --out`, or study folder')
    .option('--html', 'write one self-contained HTML page instead of text, and print its path')
    .option('--out <file>', 'file of the page; default: report.html in the run folder')
    .option(
      '--data <dir>',
      'folder of the pictures; default: that of the run, of which only unchanged pictures are used',
    )
    .option('--no-explain', 'leave out Grad-CAM, occlusion and embedding, which need the weights')
    .action(async (run: string, { html, out, data, explain }: Options) => {
      if (out !== undefined && !html) throw new UserError('--out is the file of the page: give --html, too');
      if (!existsSync(run)) throw new UserError(`no folder '${run}': give the folder of a run or of a study`);
      if (!html) {
        print(`${reportText(run)}\n`);
        return;
      }
      const page = pageFile(run, out);
      writeFileAtomically(page, await reportHtml(run, { data, explain, page, say: printAside }));
      print(`${page}\n`);
    });
}

/** The file of the page, checked before any work is done for it. @throws {UserError} if it cannot be written */
function pageFile(run: string, out: string | undefined): string {
  const page = resolve(out ?? join(run, 'report.html'));
  if (existsSync(page) && !statSync(page).isDirectory() && !isReport(page)) {
    throw new UserError(`'${out ?? page}' exists and is not a report: give another file with --out`);
  }
  if (out === '' || (existsSync(page) && statSync(page).isDirectory())) {
    throw new UserError(`'${out ?? page}' is not a file name: give one for the page, such as report.html`);
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
