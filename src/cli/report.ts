import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../errors';
import { writeFileAtomically } from '../files';
import { reportHtml, reportText } from '../report';

interface Options {
  html?: true;
  out?: string;
  explain: boolean;
}

/** `tunebook report`: what a run or a study came to, as text or as one HTML page. */
export function reportCommand(): Command {
  return new Command('report')
    .description('say what a run came to (diagnosis, charts, pictures), or a study (table, verdicts, charts)')
    .argument('<run>', 'folder of a run, as `train --out` keeps it, or of a study')
    .option('--html', 'write one self-contained HTML page instead of text')
    .option('--out <file>', 'where the page goes; report.html in that folder unless told')
    .option('--no-explain', 'without Grad-CAM, which needs the weights')
    .action(async (run: string, { html, out, explain }: Options) => {
      if (out !== undefined && !html) throw new UserError('--out is for the page: give --html, too');
      if (!html) {
        process.stdout.write(`${reportText(run)}\n`);
        return;
      }
      const file = resolve(out ?? join(run, 'report.html'));
      const say = (text: string) => void process.stderr.write(`${text}\n`);
      writeFileAtomically(file, await reportHtml(run, { explain, say }));
      process.stdout.write(`${file}\n`);
    });
}
