import { resolve } from 'node:path';
import { Command } from 'commander';
import { renderPng } from '../charts/render';
import { printableLine } from '../core/escape/printable';
import { writeFileAtomically } from '../core/files';
import { splitDataset } from '../data';
import { checkDataset, type DatasetCheck } from '../data/checks';
import { groupBy } from '../data/checks/finding';
import { type DataOptions, openDataset } from '../data/public';
import { terminalListener } from '../terminal/terminal';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { numberOption } from './options';
import { print, printJson } from './print';

interface Options extends DataOptions {
  data: string;
  split?: true;
  seed: number;
  picture?: string;
  json?: true;
}

/** What the process ends with; 1 is for a command that failed. */
const EXIT: Record<DatasetCheck['worst'], number> = { none: 0, note: 0, warning: 2, error: 3 };

/** Findings of one kind that are printed; thousands of lines are read by nobody. */
const MOST = 20;

/** `tunebook check`: what is wrong with a dataset, before anything is trained on it. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('look through pictures for duplicates, leaks, unreadable files, imbalance and odd sizes')
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--split', 'also look across the split that `train` would draw')
    .option('--seed <n>', 'of that split', numberOption({ min: 0, integer: true }), 0)
    .option('--picture <file>', 'write the pictures that findings are about as a PNG')
    .option('--json', 'one JSON object as the last line')
    .addHelpText(
      'after',
      '\nEnds with 0 if there is nothing to mend, 2 after warnings, 3 after errors, 1 if it failed.',
    )
    .action(async ({ data, split, seed, picture, json, ...options }: Options) => {
      const { end, ...listener } = terminalListener();
      const work = async () => {
        const dataset = await openDataset(data, {
          ...splitDataOptions(options).how,
          listener: { onProgress: listener.onProgress },
        }); // findings tell the rest
        return checkDataset(dataset, { ...(split && { split: splitDataset(dataset, { seed }) }), listener });
      };
      const check = await work().finally(end);
      if (picture !== undefined) writeFileAtomically(picture, await renderPng(check.grid));
      const findings = check.findings.objects() as Record<string, string | number>[];
      if (json) {
        printJson({
          worst: check.worst,
          findings,
          summary: check.summary.objects(),
          picture: picture ? resolve(picture) : null,
        });
      } else {
        print(asText(check, findings));
      }
      process.exitCode = EXIT[check.worst];
    });
  return addDataOptions(command);
}

function asText({ summary }: DatasetCheck, findings: readonly Record<string, string | number>[]): string {
  const rows = summary.objects() as Record<string, string | number | null>[];
  const counts = rows.map(
    ({ part, class: name, pictures, ...row }) =>
      `${String(pictures).padStart(7)}  ${part === 'all' ? '' : `${part}/`}${printableLine(String(name))}  ${row['median width']} x ${row['median height']}  ${row.formats}`,
  );
  const lines = groupBy(findings, ({ severity, finding }) => `${severity}: ${finding}`).flatMap((alike) => {
    const shown = alike
      .slice(0, MOST)
      .map(
        ({ severity, finding, detail, advice }) =>
          `${severity}: ${finding}: ${printableLine(String(detail))}\n  ${printableLine(String(advice))}`,
      );
    const { severity, finding } = alike[0]!;
    const rest = alike.length - shown.length;
    return rest > 0
      ? [...shown, `${severity}: ${finding}: and ${rest.toLocaleString('en')} more\n  --json lists all`]
      : shown;
  });
  return `${[...counts, '', ...(lines.length > 0 ? lines : ['nothing to mend'])].join('\n')}\n`;
}
