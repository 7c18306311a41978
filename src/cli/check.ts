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

/** Exit codes; 1 means that the command failed. */
const EXIT: Record<DatasetCheck['worst'], number> = { none: 0, note: 0, warning: 2, error: 3 };

/** The most findings of one kind that are printed. */
const MOST = 20;

/** `tunebook check`: find problems of a dataset before training on it. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('find duplicates, leaks, unreadable files, class imbalance and unusual sizes in a dataset')
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--split', 'also check the split that `train` would draw')
    .option('--seed <n>', 'seed of that split', numberOption({ min: 0, integer: true }), 0)
    .option('--picture <file>', 'write the pictures with findings as a PNG')
    .option('--json', 'print one JSON object as the last line')
    .addHelpText('after', '\nExit codes: 0 no problem, 2 warnings, 3 errors in the dataset, 1 the command failed.')
    .action(async ({ data, split, seed, picture, json, ...options }: Options) => {
      const { end, ...listener } = terminalListener();
      const work = async () => {
        const dataset = await openDataset(data, {
          ...splitDataOptions(options).how,
          listener: { onProgress: listener.onProgress },
        }); // messages would repeat the findings
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
      ? [...shown, `${severity}: ${finding}: and ${rest.toLocaleString('en')} more\n  --json prints all`]
      : shown;
  });
  return `${[...counts, '', ...(lines.length > 0 ? lines : ['no problem found'])].join('\n')}\n`;
}
