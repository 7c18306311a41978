import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { csv } from '../core/escape/csv';
import { checkNewFolder, temporaryBeside } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { withDefaults } from '../core/options';
import { tunebookVersion } from '../core/version';
import { splitFingerprint } from '../data';
import { deviceReport } from '../tensorflow';
import type { TrainResult } from '../training';
import type { RunConfiguration } from './readConfiguration';
import { eventFiles } from './tensorBoard';

/**
 * Make sure that a run can be kept in `folder`, before any work is done for it.
 *
 * @throws {UserError} if there is a file or a full folder of that name, or it cannot be written
 */
export function checkRunFolder(folder: string): void {
  checkNewFolder(folder, 'the run');
}

/**
 * Save a run: config.json, history.csv, tensorboard/ (the history as event files), metrics.json, predictions.csv, and what was
 * trained, the head or the whole network, as a TensorFlow.js layers model in model/. All of it is written into a folder
 * beside, which is then renamed.
 *
 * @param result what `train` returned
 * @param folder is not there yet, or empty
 * @param options `model`: whether to save it; default true
 * @throws {UserError} if the folder cannot be written, or there is something in it
 *
 * @example
 * ```ts
 * await saveRun(await train(dataset), 'runs/first');
 * const model = await openRun('runs/first');
 * ```
 */
export async function saveRun(result: TrainResult, folder: string, options?: { model?: boolean }): Promise<void> {
  const { model } = withDefaults('saveRun', options, { model: true });
  checkRunFolder(folder);
  const temporary = temporaryBeside(resolve(folder));
  mkdirSync(temporary, { recursive: true });
  try {
    const write = (name: string, text: string) => writeFileSync(join(temporary, name), text);
    write('config.json', json(configuration(result)));
    write('history.csv', historyCsv(result.history));
    write('metrics.json', json(metrics(result)));
    for (const [part, content] of Object.entries(eventFiles(result.history, Date.now() / 1000))) {
      mkdirSync(join(temporary, 'tensorboard', part), { recursive: true });
      writeFileSync(join(temporary, 'tensorboard', part, 'events.out.tfevents.tunebook'), content);
    }
    write('predictions.csv', predictionsCsv(result));
    if (model) await (result.model ?? result.head).save(`file://${join(temporary, 'model')}`);
    rmSync(folder, { recursive: true, force: true }); // empty, as was checked
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

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
    },
    weightsHash: result.backbone.weightsHash,
    versions: { tunebook: tunebookVersion(), node: process.version, tfjs, tensorflow },
    device: { kind, name, threads },
  };
}

/** All pictures of a dataset are read alike. */
function readingOf({ split }: TrainResult): Pick<RunConfiguration['data'], 'reading'> {
  const reading = split.train[0]?.reading;
  return reading ? { reading } : {};
}

function metrics({ confusion, history, validationHashes, ...result }: TrainResult) {
  const { accuracy, loss, stopped, ended, skipped, seconds, peakMemory, frozenUpTo, features, trainingCounts, shared } =
    result;
  const counts = { epochs: history.length, confusion: confusion.counts };
  return {
    accuracy,
    loss,
    ...counts,
    trainingCounts,
    shared,
    stopped,
    ended,
    skipped,
    seconds,
    peakMemory,
    frozenUpTo,
    features,
    validationHashes,
  };
}

/** The columns of history.csv. */
export const HISTORY: (keyof EpochRecord)[] = [
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

function predictionsCsv({ classes, predictions, folder }: TrainResult): string {
  const rows = predictions.map(({ file, label, predicted, probabilities }) => [
    relative(folder, file),
    classes[label]!,
    classes[predicted]!,
    ...probabilities,
  ]);
  return csv([predictionsHeader(classes), ...rows]);
}
