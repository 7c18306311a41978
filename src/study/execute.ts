import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import type { EpochRecord, Listener } from '../core/listener';
import { type Dataset, splitDataset, withSplit } from '../data';
import { openDataset } from '../data/public';
import { saveRun } from '../runs/runFolder';
import { type TrainResult, train } from '../training';
import type { RunTask } from './plan';
import type { RunRecord } from './runRecord';

/** How a run is executed. */
export interface ExecuteOptions {
  /** receives messages, and can stop the run. Default: none */
  listener?: Listener;
  /** folder for the state after each epoch, from which the run continues, and which is removed at the end. Default: none */
  checkpoint?: string;
  /** whether runs share the features of frozen layers. Default: true */
  cache?: boolean;
  /** for each epoch, the run is pruned if its best validation accuracy so far is lower; null: never. Default: never */
  pruneBelow?: readonly (number | null)[];
}

/**
 * Execute one run of a study and write it into an empty folder: run.json, and the files that `saveRun` writes. An error becomes
 * a record with the state 'failed'.
 *
 * @returns undefined if the listener asked to stop; then the checkpoint stays, and nothing is written
 */
export async function executeRun(
  task: RunTask,
  folder: string,
  { listener = {}, checkpoint, cache = true, pruneBelow = [] }: ExecuteOptions,
): Promise<RunRecord | undefined> {
  const started = new Date();
  rmSync(folder, { recursive: true, force: true }); // a process that was killed may have left files here
  mkdirSync(folder, { recursive: true });
  let record: RunRecord;
  try {
    const dataset = await datasetOf(task, listener);
    let pruned = false;
    const watching: Listener = {
      ...listener,
      onEpoch: (epoch, history, planned) => {
        pruned ||= isPruned(history, pruneBelow);
        listener.onEpoch?.(epoch, history, planned);
      },
      shouldStop: () => pruned || (listener.shouldStop?.() ?? false),
    };
    const options = {
      ...task.settings,
      cache,
      listener: watching,
      checkpoint,
      resume: checkpoint !== undefined,
      evaluateTest: false,
    };
    const result = await train(dataset, options);
    if (result.stopped && !pruned) {
      result.dispose();
      return undefined;
    }
    await saveRun(result, folder, { model: task.models });
    record = recordOf(task, result, pruned, started);
    result.dispose();
  } catch (error) {
    if (listener.shouldStop?.()) return undefined;
    return failed(task, messageOf(error), folder, started);
  }
  writeRecord(record, folder);
  return record;
}

function writeRecord(record: RunRecord, folder: string): void {
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Record a run that failed: write run.json, and config.json with its settings. */
export function failed(task: RunTask, error: string, folder: string, started = new Date()): RunRecord {
  const record: RunRecord = {
    ...identity(task),
    state: 'failed',
    error: error.replaceAll(/\s+/g, ' ').trim(),
    accuracy: null,
    loss: null,
    epochs: 0,
    pictures: null,
    curve: [],
    trainedParameters: null,
    memory: null,
    ...times(started),
  };
  writeFileSync(join(folder, 'config.json'), `${JSON.stringify({ settings: task.settings }, null, 2)}\n`);
  writeRecord(record, folder);
  return record;
}

function recordOf(task: RunTask, result: TrainResult, pruned: boolean, started: Date): RunRecord {
  const { accuracy, loss, history, split, peakMemory } = result;
  const trainable = (result.model ?? result.head).trainableWeights;
  return {
    ...identity(task),
    state: pruned ? 'pruned' : 'done',
    error: null,
    accuracy,
    loss,
    epochs: history.length,
    pictures: { train: split.train.length, validation: split.validation.length },
    curve: history.map(({ validationAccuracy = Number.NaN }) => validationAccuracy),
    trainedParameters: trainable.reduce((sum, { shape }) => sum + shape.reduce<number>((n, side) => n * side!, 1), 0),
    memory: peakMemory,
    ...times(started),
  };
}

const identity = ({ id, hash, axes, seed }: RunTask) => ({ id, hash, axes, seed });

function times(started: Date) {
  const ended = new Date();
  const seconds = (ended.valueOf() - started.valueOf()) / 1000;
  return { seconds, started: started.toISOString(), ended: ended.toISOString(), host: hostname() };
}

/**
 * Open the run's dataset. If the training has another seed than the split, the split is drawn here, so that all configurations
 * of a seed use the same pictures.
 */
async function datasetOf({ data, seed, settings, dataOptions }: RunTask, listener: Listener): Promise<Dataset> {
  const dataset = await openDataset(data, { ...dataOptions, listener: { ...listener, onMessage: undefined } });
  if (settings.seed === seed) return dataset;
  const split = splitDataset(dataset, { validation: settings.validation, test: settings.test, seed });
  return withSplit(dataset, split);
}

function isPruned(history: readonly EpochRecord[], pruneBelow: readonly (number | null)[]): boolean {
  const below = pruneBelow[history.length - 1];
  if (below === undefined || below === null) return false;
  return Math.max(...history.map(({ validationAccuracy = 0 }) => validationAccuracy)) < below;
}
