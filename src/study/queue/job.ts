import { shown, UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import { checkNumber } from '../../core/options';
import { checkId } from '../../core/safePath';
import { type Monitor, monitors } from '../../metrics/measures';
import { checkSetting, settingNames, type TrainSettings } from '../../training';
import type { Label } from '../axisValue';
import { checkTraining } from '../configuration';
import { type RunTask, runHash } from '../plan';
import { isFingerprint } from './presence';

/** The data of a job in the queue. The answer to it has a key of its own: see `answers.ts`. */
export interface RunJob {
  task: RunTask;
  cache: boolean;
  pruneBelow: (number | null)[];
  /** by what runs are compared; jobs of early versions have none, and mean the accuracy */
  monitor: Monitor;
}

/** When a run is pruned. */
type Pruning = Pick<RunJob, 'pruneBelow' | 'monitor'>;

const never: Pruning = { pruneBelow: [], monitor: 'accuracy' };

/**
 * The id of a run in the queue: the same for all studies that need the same run on the same pictures, up to the same epoch if it
 * pauses, and with the same bounds if it may be pruned. So no study gets a run that was pruned by the bounds of another.
 */
export function jobId({ hash, dataFingerprint, models, pauseAfter }: RunTask, pruning: Pruning = never): string {
  const until = pauseAfter === undefined ? '' : ` ${pauseAfter}`;
  const { pruneBelow, monitor } = pruning;
  const bounds = pruneBelow.some((below) => below !== null) ? ` ${monitor} ${JSON.stringify(pruneBelow)}` : '';
  return `${hash.slice(0, 24)}-${sha256(`${dataFingerprint} ${models}${until}${bounds}`).slice(0, 8)}`;
}

/** The id of the checkpoint of a run: the same wherever it pauses. */
export function checkpointId({ task, ...pruning }: RunJob): string {
  return jobId(task.pauseAfter === undefined ? task : { ...task, pauseAfter: 0 }, pruning);
}

/**
 * Check the data of a job, as anyone who can reach Redis can write it. Ids and hashes are computed again and compared, so that
 * no name of a folder or key comes from a message alone.
 *
 * @param value the data of the job
 * @param id of the job in the queue
 * @throws {UserError} in one line that says what is wrong with it
 */
export function checkJob(value: unknown, id: unknown): RunJob {
  const { task, cache, pruneBelow, monitor = 'accuracy' } = objectOf(value, 'the job');
  const checked = checkTask(task);
  if (!Array.isArray(pruneBelow) || pruneBelow.length > checked.settings.epochs) {
    throw new UserError(
      `the job's pruneBelow must be a list with at most one entry for each epoch, got ${shown(pruneBelow)}`,
    );
  }
  if (!monitors.includes(monitor as Monitor)) {
    throw new UserError(`the job's monitor must be one of ${monitors.join(', ')}, got ${shown(monitor)}`);
  }
  const max = monitor === 'loss' ? Number.MAX_VALUE : 1;
  for (const below of pruneBelow) if (below !== null) checkNumber("the job's pruneBelow", below, { min: 0, max });
  const pruning: Pruning = { pruneBelow, monitor: monitor as Monitor };
  const expected = jobId(checked, pruning);
  if (id !== expected) throw new UserError(`the job has the id ${shown(id)}, expected that of its run: ${expected}`);
  return { task: checked, cache: booleanOf(cache, "the job's cache"), ...pruning };
}

function checkTask(value: unknown): RunTask {
  const { id, hash, axes, seed, settings, data, dataFingerprint, models, pauseAfter } = objectOf(
    value,
    "the job's run",
  );
  const task: RunTask = {
    id: checkId(id, 'the run'),
    hash: String(hash),
    axes: checkAxes(axes),
    seed: checkSetting('the run', 'seed', seed),
    settings: checkSettings(settings),
    data: String(data),
    dataFingerprint: String(dataFingerprint),
    models: booleanOf(models, "the run's models"),
  };
  if (pauseAfter !== undefined) {
    const bounds = { min: 1, max: task.settings.epochs, integer: true };
    task.pauseAfter = checkNumber("the run's pauseAfter", pauseAfter, bounds);
  }
  if (!isFingerprint(dataFingerprint)) {
    throw new UserError(`the run's dataFingerprint must be 64 hexadecimal digits, got ${shown(dataFingerprint)}`);
  }
  if (typeof data !== 'string' || data === '' || data.length > 4096 || data.includes('\0')) {
    throw new UserError(`the run's data must name a folder of pictures, got ${shown(data)}`);
  }
  const expected = runHash(task);
  if (hash !== expected) {
    throw new UserError(
      `the run's hash is ${shown(hash)}, expected that of its settings, seed and pictures: ${expected}`,
    );
  }
  return task;
}

/** Check that all settings of a training are there, and that `train` would accept them. */
function checkSettings(value: unknown): TrainSettings {
  const settings = objectOf(value, "the run's settings") as Partial<TrainSettings>;
  const missing = settingNames.filter((name) => !Object.hasOwn(settings, name));
  if (missing.length > 0) throw new UserError(`the run's settings lack ${missing.join(', ')}`);
  const checked = checkTraining(settings);
  const { backbone } = checked;
  const weights = typeof backbone === 'object' ? (backbone.weights ?? 'imagenet') : 'imagenet';
  // a message from a queue does not say which files of this machine are read, or which servers are asked
  if (weights !== 'imagenet' && !weights.startsWith('hf://')) {
    throw new UserError(
      `the run's backbone has weights of its own, ${shown(weights)}: a worker of a queue takes only published ones and hf://OWNER/MODEL; run this study with --workers on one machine`,
    );
  }
  return checked;
}

function checkAxes(value: unknown): Record<string, Label> {
  const axes = Object.entries(objectOf(value, "the run's axes"));
  const odd = axes.find(([, label]) => label !== null && !['string', 'number', 'boolean'].includes(typeof label));
  if (odd)
    throw new UserError(
      `the run's axis ${shown(odd[0])} must have a text, a number, true or false, got ${shown(odd[1])}`,
    );
  return Object.fromEntries(axes) as Record<string, Label>;
}

/** @throws {UserError} if the value is not an object */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError(`${what} must be an object, got ${shown(value)}`);
}

function booleanOf(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new UserError(`${what} must be true or false, got ${shown(value)}`);
}
