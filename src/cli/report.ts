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

/** `tunebook report`: what a run or a study came to, as text or as one HTML page. */
export function reportCommand(): Command {
  return new Command('report')
    .description('say what a run came to (diagnosis, charts, pictures), or a study (table, verdicts, charts)')
    .argument('<run>', 'folder of a run, as `train --out` keeps it, or of a study')
    .option('--html', 'write one self-contained HTML page instead of text, and print where it is')
    .option('--out <file>', 'where the page goes; missing folders are made; report.html in that folder unless told')
    .option(
      '--data <dir>',
      'folder of the pictures; default: that of the run, where its pictures are as they were in training',
    )
    .option('--no-explain', 'without Grad-CAM, which needs the weights')
    .action(async (run: string, { html, out, data, explain }: Options) => {
      if (out !== undefined && !html) throw new UserError('--out is for the page: give --html, too');
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

/** The file that the page goes to, before any work is done for it. @throws {UserError} if it cannot be written */
function pageFile(run: string, out: string | undefined): string {
  const page = resolve(out ?? join(run, 'report.html'));
  if (existsSync(page) && !statSync(page).isDirectory() && !isOwnPage(page)) {
    throw new UserError(`'${out ?? page}' is a file already, and no report: give another one, by --out`);
  }
  if (out === '' || (existsSync(page) && statSync(page).isDirectory())) {
    throw new UserError(`'${out ?? page}' is no file to write: give one for the page, such as report.html`);
  }
  checkFolder(dirname(page), 'the page');
  return page;
}

/** Whether a file is a page that an earlier `report` wrote: these may be written anew, and nothing else. */
function isOwnPage(page: string): boolean {
  const { descriptor } = openBounded(page, { largest: Number.POSITIVE_INFINITY });
  try {
    const begin = Buffer.alloc(500);
    const read = readSync(descriptor, begin, 0, begin.length, 0);
    return begin.subarray(0, read).toString('utf8').includes(REPORT_MARK);
  } finally {
    closeSync(descriptor);
  }
}
