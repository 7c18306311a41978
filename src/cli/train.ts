import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import type { Dataset } from '../data';
import { type DataOptions, openDataset } from '../data/public';
import { measures } from '../metrics/measures';
import { checkRunFolder, saveRun } from '../runs';
import { terminalListener } from '../terminal/terminal';
import {
  findHeadRate,
  type TestResult,
  type TrainOptions,
  type TrainResult,
  type TrainSettings,
  train,
  trainSettings,
} from '../training';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { foldsJson, foldsText, trainFolds } from './folds';
import { withInterval } from './interval';
import { numberOption } from './options';
import { print, printAside, printJson } from './print';
import { sayIfNothingToResume } from './resume';
import { interruptible } from './stop';
import { addTrainingOptions } from './trainingOptions';
import { withInputChannels, withWeightsFile } from './weightsFile';

interface Options extends Partial<TrainSettings>, DataOptions {
  data: string;
  out?: string;
  folds?: number;
  findRate?: true;
  checkpoint?: string;
  resume?: boolean;
  cache: boolean;
  json?: true;
  weightsFile?: string;
  inputChannels?: number;
}

/** `tunebook train`: train a classifier on a dataset, and evaluate it. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a classifier on a dataset, and print its validation accuracy')
    .requiredOption('--data <dir>', DATA_HELP)
    .option('--checkpoint <dir>', 'save the state of training after each epoch in this folder')
    .option('--resume', 'continue from the state in the checkpoint folder')
    .addOption(
      new Option(
        '--folds <n>',
        'cross-validate: train a model for each of n folds, and predict every picture with the one that was not trained on it',
      ).argParser(numberOption({ min: 2, integer: true })),
    )
    .option('--find-rate', 'measure a learning rate for the head before training, and train with it')
    .option('--out <dir>', 'save the run in this folder: configuration, history, metrics, predictions, model')
    .option('--no-cache', 'compute all features again, and do not cache them')
    .option('--json', 'print one JSON object as the last line')
    .action(async ({ data, out, json, folds, weightsFile, inputChannels, findRate, ...options }: Options) => {
      const { how, rest } = splitDataOptions(options);
      const backbone = withInputChannels('train', withWeightsFile('train', rest.backbone, weightsFile), inputChannels);
      const settings = { ...rest, ...(backbone !== undefined && { backbone }) };
      if (out !== undefined) checkRunFolder(out);
      sayIfNothingToResume(options.resume, options.checkpoint, 'the training');
      if (findRate) checkFindRate({ ...settings, folds });
      const { end, ...listener } = terminalListener();
      if (folds !== undefined) {
        const result = await interruptible(async (shouldStop) => {
          const dataset = await openDataset(data, { ...how, listener });
          return trainFolds(dataset, { ...settings, folds, listener: { ...listener, shouldStop } }, out);
        }).finally(end);
        if (json) printJson(foldsJson(result));
        else print(foldsText(result, out));
        return;
      }
      const result = await interruptible(async (shouldStop) => {
        const dataset = await openDataset(data, { ...how, listener });
        const all = { ...settings, listener: { ...listener, shouldStop } };
        return train(dataset, findRate ? { ...all, learningRate: await findRateFor(dataset, all) } : all);
      }).finally(end);
      const run = out === undefined ? undefined : await save(result, out);
      if (json) printJson(toJson(result, run));
      else print(summary(result, run));
    });
  return addTrainingOptions(addDataOptions(command));
}

/** @throws {UserError} if the learning rate cannot be measured */
function checkFindRate({ learningRate, folds }: Pick<Options, 'learningRate' | 'folds'>): void {
  if (learningRate !== undefined) {
    throw new UserError(`train: give --find-rate or --learning-rate ${learningRate}, not both`);
  }
  if (folds !== undefined) {
    throw new UserError('train: --find-rate measures one training: use it without --folds, then give --learning-rate');
  }
}

/** Measures a learning rate, and says what was found. */
async function findRateFor(dataset: Dataset, options: TrainOptions): Promise<number> {
  const { valley, steepest, steps } = await findHeadRate(dataset, options);
  const rate = valley ?? trainSettings(options).learningRate;
  const short = (value: number) => Number(value.toPrecision(2));
  printAside(
    valley === null
      ? `no learning rate was found, as the loss never fell in ${steps.length} steps: ${rate} is used`
      : `learning rate ${short(rate)}, in the middle of the longest fall of the loss${steepest === null ? '' : ` (steepest at ${short(steepest)})`}`,
  );
  return rate;
}

/** Save a run. If another process has written to its folder meanwhile, save it in a new folder, so that it is not lost. */
async function save(result: TrainResult, out: string): Promise<string> {
  let folder = out;
  for (let n = 2; existsSync(folder) && readdirSync(folder).length > 0; n++) folder = `${out}-${n}`;
  if (folder !== out) printAside(`'${out}' was written to during the training: the run is saved in '${folder}'`);
  await saveRun(result, folder);
  return folder;
}

function toJson(result: TrainResult, run?: string) {
  const {
    accuracy,
    interval,
    baseline,
    test,
    loss,
    history,
    ended,
    seconds,
    split,
    skipped,
    classes,
    settings,
    recipe,
    interpolation,
    peakMemory,
  } = result;
  return {
    accuracy,
    interval: [interval.low, interval.high],
    baseline,
    loss,
    test: test ? { ...test.summary, earlier: test.earlier, reused: test.reused, shared: test.shared } : null,
    epochs: history.length,
    ended,
    seconds,
    peakMemory,
    pictures: { train: split.train.length, validation: split.validation.length, skipped },
    classes,
    seed: settings.seed,
    recipe: { name: settings.recipe, chosen: recipe },
    interpolation: interpolation ?? null,
    run: run === undefined ? null : resolve(run),
  };
}

function testLines({ summary, skipped }: TestResult, classes: readonly string[]): string[] {
  const { accuracy, baseline, macroF1 } = summary;
  return [
    `test accuracy        ${withInterval(accuracy)}; always '${printableLine(classes[baseline.class]!)}': ${baseline.accuracy.toFixed(3)}`,
    `test macro F1        ${withInterval(macroF1)}`,
    ...skipped.map(({ file, reason }) => `skipped in test      ${printableLine(file)}: ${printableLine(reason)}`),
  ];
}

const endingOf = ({ ended, settings }: Pick<TrainResult, 'ended' | 'settings'>): string =>
  ({
    completed: '',
    stopped: ' (stopped early)',
    early: ` (the validation ${measures[settings.monitor].title} no longer improved)`,
    diverged: ' (the loss was not finite)',
  })[ended];

function summary(
  {
    interval,
    baseline,
    test,
    loss,
    history,
    ended,
    settings,
    seconds,
    split,
    skipped,
    classes,
    peakMemory,
  }: TrainResult,
  run?: string,
): string {
  const s = (value: number) => `${value.toFixed(1)} s`;
  const lines = [
    `validation accuracy  ${withInterval(interval)}; always '${printableLine(baseline.class)}': ${baseline.accuracy.toFixed(3)}`,
    `validation loss      ${loss.toFixed(3)}`,
    ...(test ? testLines(test, classes) : []),
    `epochs               ${history.length}${endingOf({ ended, settings })}`,
    `time                 ${s(seconds.total)}: decoding ${s(seconds.decode)}, features ${s(seconds.features)}, training ${s(seconds.training)}`,
    `peak memory          ${(peakMemory / 1e9).toFixed(2)} GB`,
    `pictures             ${split.train.length} for training, ${split.validation.length} for validation${test ? `, ${test.summary.examples} for testing` : ''}, ${skipped.length} skipped`,
    `classes              ${classes.map(printableLine).join(', ')}`,
    ...skipped.map(({ file, reason }) => `skipped              ${printableLine(file)}: ${printableLine(reason)}`),
    ...(run === undefined ? [] : [`run                  ${resolve(run)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
