import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { shown, UserError } from '../../core/errors';
import { baselineOf } from '../../metrics/baseline';
import { monitoredMetrics } from '../../metrics/summary';
import { readRun } from '../../runs/readRun';
import type { RunTask } from '../plan';
import { checkRecord } from '../readRecord';
import type { RunRecord } from '../runRecord';
import { isHost } from './presence';

/** A cross-entropy of 0 may be slightly negative in float32. */
const ROUNDING = 1e-3;
/** The most characters of an error that are shown. */
const LONGEST = 500;
/** The files and folders of a run folder. */
const FILES = [
  /^(config|metrics|run)\.json$/,
  /^(history|predictions)\.csv$/,
  /^tensorboard(\/\w+(\/events\.out\.tfevents\.tunebook)?)?$/,
  /^model(\/model\.json|\/[\w.-]+\.bin)?$/,
];

/**
 * Check the record that a worker answered: beside types and ranges, that it is the record of that run, and that its values
 * fit its state.
 *
 * @param value the record as received
 * @param task the run
 * @throws {UserError} in one line that names the first thing wrong with it
 */
export function checkRecordOf(task: RunTask, value: unknown): RunRecord {
  const record = checkRecord(value, 'its record');
  const { hash, state, error, accuracy, loss, epochs, curve, curves = {}, pictures, trainedParameters, host } = record;
  const require = (fits: boolean, what: string) => {
    if (!fits) throw new UserError(`its record ${what}`);
  };
  require(hash === task.hash, `is of another run: its hash is ${shown(hash)}`);
  require(epochs <= task.settings.epochs, `has ${epochs} epochs, of ${task.settings.epochs} that were asked for`);
  require(curve.length === epochs, `has a curve of ${curve.length} epochs, and ${epochs} epochs`);
  for (const [name, values] of Object.entries(curves)) {
    require(values.length === epochs, `has a curve of ${name} of ${values.length} epochs, and ${epochs} epochs`);
  }
  require(loss === null || loss >= -ROUNDING, `has a loss of ${loss}, which is below 0`);
  require(isHost(host), `has a host that is not the name of a machine: ${shown(host)}`);
  if (state === 'failed') {
    require(error !== null &&
      accuracy === null &&
      epochs === 0, 'says failed, and has no error, or an accuracy, or epochs');
  } else {
    require(error === null, `says ${state}, and has an error`);
    require(state === 'done' ||
      task.pauseAfter === undefined ||
      epochs >= task.pauseAfter, `says pruned after ${epochs} epochs, of ${task.pauseAfter} that were asked for`);
    require(accuracy !== null &&
      trainedParameters !== null, `says ${state}, and lacks its accuracy or trainedParameters`);
    require(pictures !== null &&
      pictures.train > 0 &&
      pictures.validation > 0, `says ${state}, and lacks its pictures`);
  }
  const { id, axes, seed } = task; // the same run may go by another name in another study
  return { ...record, id, axes, seed, error: error === null ? null : oneLine(error) };
}

/** Text from another machine, as one short line for terminals and tables. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/**
 * Check that the folder that came with a record is a run folder, and agrees with the record.
 *
 * @throws {UserError} in one line
 */
export function checkFiles(
  folder: string,
  { state, accuracy, interval, mostFrequent, macroF1, auc, loss }: RunRecord,
): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const name = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (!FILES.some((known) => known.test(name)))
      throw new UserError(`it came with ${shown(name)}, which is not a file of a run`);
  }
  if (!existsSync(join(folder, 'config.json'))) throw new UserError('it came without its config.json');
  if (state === 'failed') return;
  const { predictions } = readRun(folder);
  const right = predictions.filter(({ label, predicted }) => label === predicted).length / predictions.length;
  if (!(Math.abs(right - accuracy!) < 1e-6)) {
    throw new UserError(`its accuracy is ${accuracy}, that of its predictions.csv ${right}`);
  }
  if (interval && !(interval.low <= accuracy! && accuracy! <= interval.high)) {
    throw new UserError(`its accuracy of ${accuracy} is not in its interval of ${interval.low} to ${interval.high}`);
  }
  const labels = predictions.map(({ label }) => label);
  const baseline = baselineOf(labels).accuracy;
  if (mostFrequent !== null && !(Math.abs(mostFrequent - baseline) < 1e-6)) {
    throw new UserError(
      `its most frequent class has ${mostFrequent} of the pictures, that of its predictions.csv ${baseline}`,
    );
  }
  const probabilities = predictions.map((each) => each.probabilities);
  if (!probabilities.every((row) => row.every(Number.isFinite))) return; // diverged
  const own = monitoredMetrics(labels, probabilities);
  const mean = predictions.reduce((sum, { label, probabilities: p }) => sum - Math.log(p[label]!), 0) / labels.length;
  // of what cannot be computed again: an area of one class, and the logarithm of a probability that was rounded to 0
  const again = { macroF1: own.macroF1, auc: own.auc, loss: mean };
  for (const [name, claimed] of Object.entries({ macroF1, auc, loss }) as [keyof typeof again, number | null][]) {
    const found = again[name];
    if (claimed === null || !Number.isFinite(found)) continue;
    const tolerance = name === 'loss' ? ROUNDING * Math.max(10, found) : 1e-6;
    if (Math.abs(found - claimed) > tolerance) {
      throw new UserError(`its ${name} is ${claimed}, that of its predictions.csv ${found}`);
    }
  }
}
