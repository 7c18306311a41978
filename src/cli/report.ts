import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { writeFileAtomically } from '../core/files';
import { datasetFolder } from '../data/public';
import { reportHtml, reportText } from '../report';
import { pageFile } from './pageFile';
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
      'folder of the pictures, or their archive; default: those of the run, of which only unchanged ones are used',
    )
    .option('--no-explain', 'leave out Grad-CAM, occlusion and embedding, which need the weights')
    .action(async (run: string, { html, out, data, explain }: Options) => {
      if (out !== undefined && !html) throw new UserError('--out is the file of the page: give --html, too');
      if (!existsSync(run)) throw new UserError(`no folder '${run}': give the folder of a run or of a study`);
      if (!html) {
        print(`${reportText(run)}\n`);
        return;
      }
      const page = pageFile(out ?? join(resolve(run), 'report.html'), '--out');
      const pictures = data === undefined ? undefined : await datasetFolder(data, { onMessage: printAside });
      writeFileAtomically(page, await reportHtml(run, { data: pictures, explain, page, say: printAside }));
      print(`${page}\n`);
    });
}
