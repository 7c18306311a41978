import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import type { EpochRecord, Listener } from '../core/listener';
import { type Dataset, splitDataset, withSplit } from '../data';
import { openDataset } from '../data/public';
import { byMeasure, type Monitor } from '../metrics/measures';
import { monitoredMetrics } from '../metrics/summary';
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
  /** for each epoch, the run is pruned if the best of what `monitor` says so far is worse; null: never. Default: never */
  pruneBelow?: readonly (number | null)[];
  /** by what runs of the study are compared, on the validation pictures. Default: 'accuracy' */
  monitor?: Monitor;
}

/**
 * Execute one run of a study and write it into an empty folder: run.json, and the files that `saveRun` writes. An error becomes
 * a record with the state 'failed'. A run that pauses (`task.pauseAfter`) has the state 'pruned', and keeps its checkpoint.
 *
 * @returns undefined if the listener asked to stop; then the checkpoint stays, and nothing is written
 */
export async function executeRun(
  task: RunTask,
  folder: string,
  { listener = {}, checkpoint, cache = true, pruneBelow = [], monitor = 'accuracy' }: ExecuteOptions,
): Promise<RunRecord | undefined> {
  const started = new Date();
  rmSync(folder, { recursive: true, force: true }); // a process that was killed may have left files here
  mkdirSync(folder, { recursive: true });
  let record: RunRecord;
  try {
    const dataset = await datasetOf(task, listener);
    const { pauseAfter = Infinity } = task;
    let pruned = false;
    let paused = false;
    const watching: Listener = {
      ...listener,
      onEpoch: (epoch, history, planned) => {
        pruned ||= isPruned(history, pruneBelow, monitor);
        listener.onEpoch?.(epoch, history, planned);
      },
      onProgress: (progress) => {
        const { task: what, done, total } = progress; // reported before each batch's `shouldStop`, so that the run pauses between epochs
        if (what === 'training') paused = done < total && (done / total) * task.settings.epochs >= pauseAfter - 1e-9;
        listener.onProgress?.(progress);
      },
      shouldStop: () => pruned || paused || (listener.shouldStop?.() ?? false),
    };
    const options = {
      ...task.settings,
      cache,
      listener: watching,
      checkpoint,
      resume: checkpoint !== undefined,
      evaluateTest: false,
      measure: monitor,
    };
    const result = await train(dataset, options);
    pruned ||= paused && result.stopped;
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

/** Write run.json of a run folder. */
export function writeRecord(record: RunRecord, folder: string): void {
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Record a run that failed: write run.json, and config.json with its settings. */
export function failed(task: RunTask, error: string, folder: string, started = new Date()): RunRecord {
  const record: RunRecord = {
    ...identity(task),
    state: 'failed',
    error: error.replaceAll(/\s+/g, ' ').trim(),
    accuracy: null,
    interval: null,
    mostFrequent: null,
    loss: null,
    macroF1: null,
    auc: null,
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
  const { accuracy, interval, baseline, loss, history, split, peakMemory } = result;
  const { macroF1, auc } = monitoredOf(result);
  const trainable = (result.model ?? result.head).trainableWeights;
  return {
    ...identity(task),
    state: pruned ? 'pruned' : 'done',
    error: null,
    accuracy,
    interval: { low: interval.low, high: interval.high },
    mostFrequent: baseline.accuracy,
    loss,
    macroF1,
    auc,
    epochs: history.length,
    pictures: { train: split.train.length, validation: split.validation.length },
    curve: curveIn(history, 'accuracy')!,
    curves: Object.fromEntries(
      (['loss', 'macroF1', 'auc'] as const).flatMap((name) => {
        const curve = curveIn(history, name);
        return curve ? [[name, curve]] : [];
      }),
    ),
    trainedParameters: trainable.reduce((sum, { shape }) => sum + shape.reduce<number>((n, side) => n * side!, 1), 0),
    memory: peakMemory,
    ...times(started),
  };
}

/** Macro F1 and area under the ROC curve of the validation pictures; null where they are not defined. */
function monitoredOf({ predictions }: TrainResult): Record<'macroF1' | 'auc', number | null> {
  const { macroF1, auc } = monitoredMetrics(
    predictions.map(({ label }) => label),
    predictions.map(({ probabilities }) => probabilities),
  );
  return { macroF1: Number.isFinite(macroF1) ? macroF1 : null, auc: Number.isFinite(auc) ? auc : null };
}

/** A measure of the validation pictures as epochs record it. */
const recorded = {
  loss: 'validationLoss',
  accuracy: 'validationAccuracy',
  macroF1: 'validationMacroF1',
  auc: 'validationAuc',
} as const satisfies Record<Monitor, keyof EpochRecord>;

/** A measure after each epoch; undefined where no epoch has it. */
function curveIn(history: readonly EpochRecord[], monitor: Monitor): number[] | undefined {
  const curve = history.map((record) => record[recorded[monitor]] ?? Number.NaN);
  return monitor === 'accuracy' || curve.some((value) => !Number.isNaN(value)) ? curve : undefined;
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

function isPruned(history: readonly EpochRecord[], pruneBelow: readonly (number | null)[], monitor: Monitor): boolean {
  const below = pruneBelow[history.length - 1];
  if (below === undefined || below === null) return false;
  const known = (curveIn(history, monitor) ?? []).filter(Number.isFinite);
  const [best] = known.sort((a, b) => byMeasure(monitor, a, b));
  return best !== undefined && byMeasure(monitor, below, best) < 0;
}
