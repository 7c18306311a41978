import { resolve } from 'node:path';
import { Command } from 'commander';
import { findLabelProblems } from '../analysis/labels/checkLabels';
import { renderPng } from '../charts/render';
import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { writeFileAtomically } from '../core/files';
import { splitDataset } from '../data';
import type { DatasetCheck } from '../data/checks';
import { findProblems } from '../data/checks/checkDataset';
import { bySeverity, reportFindings } from '../data/checks/datasetCheck';
import { groupBy } from '../data/checks/finding';
import { type DataOptions, openDataset } from '../data/public';
import type { BackboneSource } from '../models';
import { terminalListener } from '../terminal/terminal';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { withInterval } from './interval';
import { numberOption } from './options';
import { chartKind, markedPng, outputFile } from './outputFile';
import { print, printJson } from './print';
import { settingOption } from './trainingOptions';
import { inputChannelsOption, weightsFileOption, withInputChannels, withWeightsFile } from './weightsFile';

interface Options extends DataOptions {
  data: string;
  split?: true;
  seed: number;
  labels?: true;
  folds?: number;
  backbone?: BackboneSource;
  weightsFile?: string;
  inputChannels?: number;
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
    .description('find duplicates, leaks, unreadable and poor pictures, class imbalance and wrong labels in a dataset')
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--split', 'also check the split that `train` would draw')
    .option(
      '--labels',
      'also find labels that are probably wrong, and pictures unlike all others, by features of a network',
    )
    .option(
      '--folds <n>',
      'with --labels: number of folds; each picture is predicted by models that were not trained on it (default: 5)',
      numberOption({ min: 2, integer: true }),
    )
    .addOption(settingOption('backbone').helpGroup('Options:'))
    .addOption(weightsFileOption())
    .addOption(inputChannelsOption())
    .option('--seed <n>', 'seed of that split and of the folds', numberOption({ min: 0, integer: true }), 0)
    .option('--picture <file>', 'write the pictures with findings as a PNG')
    .option('--json', 'print one JSON object as the last line')
    .addHelpText('after', '\nExit codes: 0 no problem, 2 warnings, 3 errors in the dataset, 1 the command failed.')
    .action(async (options: Options) => {
      const { json } = options;
      const picture = options.picture === undefined ? undefined : outputFile(options.picture, '--picture', chartKind);
      const check = await checkAll(options);
      if (picture !== undefined) writeFileAtomically(picture, markedPng(await renderPng(check.grid)));
      if (json) printJson(toJson(check, picture));
      else print(asText(check));
      process.exitCode = EXIT[check.worst];
    });
  return addDataOptions(command);
}

/** The most pictures in the picture of the findings. */
const PICTURES = 24;

/** Check pictures and split, and with `labels` the labels, too. */
async function checkAll({
  data,
  split,
  seed,
  labels,
  folds,
  backbone: name,
  weightsFile,
  inputChannels,
  ...options
}: Options) {
  const backbone = withInputChannels('check', withWeightsFile('check', name, weightsFile), inputChannels);
  if (!labels && (folds !== undefined || backbone !== undefined)) {
    const option = folds === undefined ? (inputChannels === undefined ? 'backbone' : 'input-channels') : 'folds';
    throw new UserError(`--${option} is for --labels: add it, or leave this out`);
  }
  const { end, ...listener } = terminalListener();
  const work = async () => {
    const dataset = await openDataset(data, {
      ...splitDataOptions(options).how,
      listener: { onProgress: listener.onProgress },
    }); // messages would repeat the findings
    const found = await findProblems(dataset, { ...(split && { split: splitDataset(dataset, { seed }) }), listener });
    const checked = labels && (await findLabelProblems(dataset, { folds, backbone, seed, listener }));
    return { ...found, findings: bySeverity([...found.findings, ...(checked?.findings ?? [])]), labels: checked };
  };
  const { findings, context, summary, labels: checked } = await work().finally(end);
  const { grid, worst } = await reportFindings(findings, context, PICTURES);
  return { findings, summary, grid, worst, labels: checked };
}

type Check = Awaited<ReturnType<typeof checkAll>>;

function toJson({ findings, summary, worst, labels }: Check, picture?: string) {
  return {
    worst,
    findings: findings.map(({ examples, ...finding }) => ({
      ...finding,
      pictures: examples.length,
      files: examples.map(({ file }) => file),
    })),
    summary: summary.objects(),
    labels: labels
      ? { checked: labels.predictions.length, accuracy: labels.accuracy, suspect: labels.issues.objects() }
      : null,
    picture: picture ? resolve(picture) : null,
  };
}

function asText({ summary, findings, labels }: Check): string {
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
  const accuracy = labels?.accuracy;
  if (accuracy)
    counts.push(
      '',
      `labels of ${accuracy.examples} pictures, each predicted by models that were not trained on it: accuracy ${withInterval(accuracy)}`,
    );
  return `${[...counts, '', ...(lines.length > 0 ? lines : ['no problem found'])].join('\n')}\n`;
}
