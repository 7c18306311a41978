import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { csv } from '../core/escape/csv';
import { checkNewFolder } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { withDefaults } from '../core/options';
import { tunebookVersion } from '../core/version';
import { writeFolder } from '../core/writeFolder';
import { splitFingerprint } from '../data';
import { deviceReport } from '../tensorflow';
import type { Prediction, TestResult, TrainResult } from '../training';
import type { RunConfiguration } from './readConfiguration';
import { eventFiles } from './tensorBoard';

/**
 * Make sure that a run can be saved in `folder`, before any work is done for it.
 *
 * @throws {UserError} if the folder is a file, is not empty, or cannot be written
 */
export function checkRunFolder(folder: string): void {
  checkNewFolder(folder, 'the run');
}

/**
 * Save a run in a folder: config.json, history.csv, metrics.json, predictions.csv, tensorboard/ (the history as event files)
 * and model/ (the trained head or whole network as a TensorFlow.js layers model). The folder appears under its name only when
 * all of it has been written.
 *
 * @param result what `train` returned
 * @param folder must not exist, or be empty
 * @param options `model`: whether to save the model, too. Default: true
 * @throws {UserError} if the folder is not empty or cannot be written
 *
 * @example
 * ```ts
 * import { openDataset, readRun, saveRun, train } from 'tunebook';
 * const photos = await openDataset('photos');
 * const run = await train(photos, { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 });
 * await saveRun(run, 'runs/third');
 * readRun('runs/third').history.length; // => 1
 * ```
 */
export async function saveRun(result: TrainResult, folder: string, options?: { model?: boolean }): Promise<void> {
  const { model } = withDefaults('saveRun', options, { model: true });
  checkRunFolder(folder);
  await writeFolder(folder, async (temporary) => {
    const write = (name: string, text: string) => writeFileSync(join(temporary, name), text);
    write('config.json', json(configuration(result)));
    write('history.csv', historyCsv(result.history));
    write('metrics.json', json(metrics(result)));
    for (const [part, content] of Object.entries(eventFiles(result.history, Date.now() / 1000))) {
      mkdirSync(join(temporary, 'tensorboard', part), { recursive: true });
      writeFileSync(join(temporary, 'tensorboard', part, 'events.out.tfevents.tunebook'), content);
    }
    write('predictions.csv', predictionsCsv(result, result.predictions));
    if (result.test) write('test-predictions.csv', predictionsCsv(result, result.test.predictions));
    if (model) await (result.model ?? result.head).save(`file://${join(temporary, 'model')}`);
  });
}

/** A value as the JSON files of a run folder have it. */
export const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function configuration(result: TrainResult): RunConfiguration {
  const { kind, name, threads, tfjs, tensorflow } = deviceReport();
  return {
    settings: result.settings,
    model: result.model ? 'whole' : 'head',
    classes: result.classes,
    data: {
      folder: result.folder,
      fingerprint: result.dataFingerprint,
      split: splitFingerprint(result.split, result.folder),
      train: result.split.train.length,
      validation: result.split.validation.length,
      ...readingOf(result),
      ...(result.corrections && { corrections: result.corrections }),
    },
    weightsHash: result.backbone.weightsHash,
    preprocessing: result.backbone.entry.preprocessing,
    versions: { tunebook: tunebookVersion(), node: process.version, tfjs, tensorflow },
    device: { kind, name, threads, engine: result.features.engine },
  };
}

/** The first picture stands for all: pictures of one dataset are read in the same way. */
function readingOf({ split }: TrainResult): Pick<RunConfiguration['data'], 'reading'> {
  const reading = split.train[0]?.reading;
  return reading ? { reading } : {};
}

/** The numbers of a result that metrics.json has as they are. */
const NUMBERS = [
  'accuracy',
  'interval',
  'baseline',
  'loss',
  'trainingCounts',
  'shared',
  'stopped',
  'ended',
  'skipped',
  'seconds',
  'peakMemory',
  'frozenUpTo',
  'features',
  'recipe',
  'interpolation',
  'validationHashes',
  'trainingHashes',
] as const satisfies (keyof TrainResult)[];

function metrics(result: TrainResult) {
  const { history, confusion, predictions, test } = result;
  return {
    ...Object.fromEntries(NUMBERS.map((name) => [name, result[name]])),
    epochs: history.length,
    confusion: confusion.counts,
    ...groupsOf(predictions, 'validationGroups'),
    ...(test && { test: testMetrics(test) }),
  };
}

/** What metrics.json says of the test pictures. */
export function testMetrics({
  summary,
  confusion,
  hashes,
  shared,
  skipped,
  earlier,
  reused,
  problem,
  predictions,
}: TestResult) {
  return {
    ...{ summary, confusion: confusion.counts, shared, skipped, earlier, reused, problem, hashes },
    ...groupsOf(predictions, 'groups'),
  };
}

/** The group of each prediction, null for none; nothing where there are no groups. */
function groupsOf(predictions: readonly Prediction[], name: string): Record<string, (string | null)[]> {
  if (predictions.every(({ group }) => group === undefined)) return {};
  return { [name]: predictions.map(({ group = null }) => group) };
}

/** The columns of history.csv. */
export const HISTORY: Exclude<keyof EpochRecord, 'validationInterval'>[] = [
  'epoch',
  'loss',
  'accuracy',
  'validationLoss',
  'validationAccuracy',
  'learningRate',
  'seconds',
];

function historyCsv(history: readonly EpochRecord[]): string {
  return csv([HISTORY, ...history.map((record) => HISTORY.map((name) => record[name] ?? ''))]);
}

/** The columns of predictions.csv. */
export function predictionsHeader(classes: readonly string[]): string[] {
  return ['file', 'class', 'predicted', ...classes.map((name) => `probability of ${name}`)];
}

/** Predictions of pictures as predictions.csv has them. */
export function predictionsCsv(
  { classes, folder }: Pick<TrainResult, 'classes' | 'folder'>,
  predictions: readonly Prediction[],
): string {
  const rows = predictions.map(({ file, label, predicted, probabilities }) => [
    relative(folder, file),
    classes[label]!,
    classes[predicted]!,
    ...probabilities,
  ]);
  return csv([predictionsHeader(classes), ...rows]);
}
