import { Command, Option } from 'commander';
import { type AutoRecord, type AutoResult, auto, sharedSettings } from '../auto';
import { alignColumns } from '../core/text';
import { TEST_RANGE } from '../data';
import { type DataOptions, openDataset } from '../data/public';
import { type BackboneName, backboneEntry } from '../models';
import { terminalListener } from '../terminal/terminal';
import type { TrainSettings } from '../training';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { withInterval } from './interval';
import { numberOption } from './options';
import { print, printJson } from './print';
import { sayIfNothingToResume } from './resume';
import { interruptible } from './stop';
import { settingOption } from './trainingOptions';

interface Options extends DataOptions, Partial<Pick<TrainSettings, (typeof sharedSettings)[number]>> {
  data: string;
  minutes: number;
  out: string;
  resume?: true;
  test: number;
  backbones?: BackboneName[];
  cache: boolean;
  json?: true;
}

/** `tunebook auto`: find a good model in a given time. */
export function autoCommand(): Command {
  const command = new Command('auto')
    .description('find a good model for a dataset in a given time, and say how good it is on pictures put aside')
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--minutes <n>', 'minutes that it may take', numberOption({ min: 0.1, max: 10_000 }), 10)
    .option('--out <dir>', 'folder of the search: table.csv, report.html, the candidates, and the final run', 'auto')
    .option('--resume', 'continue the search in the folder for so many minutes')
    .option(
      '--test <part>',
      'part of each class to put aside, where the data name no test pictures',
      numberOption(TEST_RANGE),
      0.2,
    )
    .addOption(
      new Option(
        '--backbones <names>',
        'backbones to choose from, separated by commas; default: the default one, and those whose weights are in the cache',
      ).argParser(names),
    )
    .option('--no-cache', 'compute all features again, and do not cache them')
    .option('--json', 'print one JSON object as the last line')
    .action(async ({ data, json, ...options }: Options) => {
      const { how, rest } = splitDataOptions(options);
      sayIfNothingToResume(rest.resume, rest.out, 'a search');
      const { end, ...listener } = terminalListener();
      const result = await interruptible(async (shouldStop) => {
        const dataset = await openDataset(data, { ...how, listener });
        return auto(dataset, { ...rest, listener: { ...listener, shouldStop } });
      }).finally(end);
      if (json) printJson(toJson(result));
      else print(summary(result));
    });
  for (const name of sharedSettings) command.addOption(settingOption(name).helpGroup('Options:'));
  return addDataOptions(command);
}

const names = (text: string): BackboneName[] => text.split(',').map((name) => backboneEntry(name.trim()).name);

function toJson({ test, ...result }: AutoResult) {
  return { ...result, run: result.run ?? null, test: test ? { ...test.summary, earlier: test.earlier } : null };
}

function summary({ records, best, accuracy, test, pictures, seconds, run, folder }: AutoResult): string {
  const table = alignColumns(
    [['part', 'state', 'seconds', 'accuracy', 'log loss', ''], ...records.map(rowOf)],
    [false, false, true, true, true, false],
  );
  const lines = [
    ...(test ? [`test accuracy        ${withInterval(test.summary.accuracy)}`] : []),
    `validation accuracy  ${accuracy.toFixed(3)}, by which the model was chosen`,
    `best                 ${best}`,
    `pictures             ${pictures.train} for training, ${pictures.validation} to choose by, ${pictures.test} for testing`,
    `time                 ${seconds.toFixed(1)} s`,
    run === undefined
      ? `stopped              before the test pictures were looked at: --resume continues; the candidates are in ${folder}`
      : `run                  ${run}`,
  ];
  return `${table}\n\n${lines.join('\n')}\n`;
}

const rowOf = ({ name, state, seconds, accuracy, loss, better }: AutoRecord): string[] => [
  ...[name, state, seconds.toFixed(1), accuracy?.toFixed(3) ?? '', loss?.toFixed(3) ?? '', better ? 'best so far' : ''],
];
