import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { csv } from '../core/escape/csv';
import { checkNewFolder, temporaryBeside } from '../core/files';
import type { EpochRecord } from '../core/listener';
import { withDefaults } from '../core/options';
import { tunebookVersion } from '../core/version';
import { splitFingerprint } from '../data';
import { loadTfjsModel } from '../models';
import { deviceReport, type tf } from '../tensorflow';
import type { TrainResult } from '../training';
import { type RunConfiguration, readConfiguration, runError } from './readConfiguration';
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
 * Keep a run: config.json, history.csv, tensorboard/ (the history as event files), metrics.json, predictions.csv and what was trained, the head or the whole network,
 * as a TensorFlow.js layers model in model/ (unless `model` is false). All of it is written into a folder beside, which is then renamed.
 */
export async function saveRun(
  result: TrainResult,
  folder: string,
  dataFolder: string,
  options?: { model?: boolean },
): Promise<void> {
  const { model } = withDefaults('saveRun', options, { model: true });
  checkRunFolder(folder);
  const temporary = temporaryBeside(resolve(folder));
  mkdirSync(temporary, { recursive: true });
  try {
    const write = (name: string, text: string) => writeFileSync(join(temporary, name), text);
    write('config.json', json(configuration(result, dataFolder)));
    write('history.csv', historyCsv(result.history));
    write('metrics.json', json(metrics(result)));
    for (const [part, content] of Object.entries(eventFiles(result.history, Date.now() / 1000))) {
      mkdirSync(join(temporary, 'tensorboard', part), { recursive: true });
      writeFileSync(join(temporary, 'tensorboard', part, 'events.out.tfevents.tunebook'), content);
    }
    write('predictions.csv', predictionsCsv(result, dataFolder));
    if (model) await (result.model ?? result.head).save(`file://${join(temporary, 'model')}`);
    rmSync(folder, { recursive: true, force: true }); // empty, as was checked
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function configuration(result: TrainResult, dataFolder: string): RunConfiguration {
  const { kind, name, threads, tfjs, tensorflow } = deviceReport();
  return {
    settings: result.settings,
    model: result.model ? 'whole' : 'head',
    classes: result.classes,
    data: {
      folder: dataFolder,
      fingerprint: result.dataFingerprint,
      split: splitFingerprint(result.split, dataFolder),
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

function predictionsCsv({ classes, predictions }: TrainResult, dataFolder: string): string {
  const rows = predictions.map(({ file, label, predicted, probabilities }) => [
    relative(dataFolder, file),
    classes[label]!,
    classes[predicted]!,
    ...probabilities,
  ]);
  return csv([predictionsHeader(classes), ...rows]);
}

/**
 * Read back what is needed to use a run's model.
 *
 * @returns `model` takes the backbone's features, or preprocessed pictures, as `configuration.model` says
 * @throws {UserError} if the folder holds no complete run
 */
export async function loadRun(folder: string): Promise<{ configuration: RunConfiguration; model: tf.LayersModel }> {
  const modelFile = join(folder, 'model', 'model.json');
  try {
    const configuration = readConfiguration(folder);
    if (!existsSync(modelFile)) throw new UserError(`'${folder}' is no run: there is no model/model.json in it`);
    const model = await loadTfjsModel(modelFile);
    try {
      checkModel(model, configuration);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return { configuration, model };
  } catch (error) {
    throw runError(folder, error);
  }
}

function checkModel({ inputs, outputs }: tf.LayersModel, { model, classes }: RunConfiguration): void {
  const [, ...input] = inputs[0]!.shape;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new Error(`its model has ${inputs.length} inputs and ${outputs.length} outputs, expected one of each`);
  }
  if (model === 'whole' && (input.length !== 3 || input[0] !== input[1] || input[2] !== 3)) {
    throw new Error(`its model takes [${input}], expected square pictures of 3 channels, as its config.json says`);
  }
  const units = outputs[0]!.shape.at(-1);
  const { length } = classes;
  if (units !== length && !(units === 1 && length === 2)) {
    throw new Error(`its model tells ${units} classes apart, its config.json names ${length}`);
  }
}
