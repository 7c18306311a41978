import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { shown, UserError } from '../../core/errors';
import { checkNumber } from '../../core/options';
import { readRun } from '../../runs/readRun';
import type { RunTask } from '../plan';
import type { RunRecord } from '../records';
import { objectOf } from './job';
import { isHost } from './presence';

/** A cross-entropy of 0 may come out of float32 a little below. */
const ROUNDING = 1e-3;
/** Characters of a reason that are shown. */
const LONGEST = 500;
/** What lies in a run's folder. */
const FILES = [
  /^(config|metrics|run)\.json$/,
  /^(history|predictions)\.csv$/,
  /^tensorboard(\/\w+(\/events\.out\.tfevents\.tunebook)?)?$/,
  /^model(\/model\.json|\/[\w.-]+\.bin)?$/,
];

/**
 * What a worker says that a run came to, if it can be: all of its numbers within what they can be, and nothing else in it.
 *
 * @param value what it answered
 * @param task the run
 * @throws {UserError} in one line that names the first thing wrong with it
 */
export function checkRecord(value: unknown, task: RunTask): RunRecord {
  const given = objectOf(value, 'its record');
  const { state, error, hash, curve, host } = given;
  if (hash !== task.hash) throw new UserError(`it is of another run: its hash is ${shown(hash)}`);
  if (state !== 'done' && state !== 'failed' && state !== 'pruned') {
    throw new UserError(`its state must be done, failed or pruned, got ${shown(state)}`);
  }
  const made = state !== 'failed';
  if (made ? error !== null : typeof error !== 'string') {
    throw new UserError(`its error must be ${made ? 'null' : 'text'} where its state is ${state}, got ${shown(error)}`);
  }
  const number = (name: string, range: Parameters<typeof checkNumber>[2], mayBeNull: boolean) =>
    given[name] === null && mayBeNull ? null : checkNumber(`its ${name}`, given[name], range);
  const count = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
  const epochs = checkNumber('its epochs', given.epochs, { ...count, max: task.settings.epochs });
  if (!Array.isArray(curve) || curve.length !== (made ? epochs : 0)) {
    throw new UserError(`its curve must be a list with an accuracy for each of its ${epochs} epochs`);
  }
  for (const accuracy of curve) if (accuracy !== null) checkNumber('its curve', accuracy, { min: 0, max: 1 });
  if (!isHost(host)) throw new UserError(`its host must be the name of a machine, got ${shown(host)}`);
  return {
    ...{ id: task.id, hash: task.hash, axes: task.axes, seed: task.seed, state },
    error: made ? null : oneLine(String(error)),
    accuracy: number('accuracy', { min: 0, max: 1 }, !made),
    loss: number('loss', { min: -ROUNDING }, true), // null: one that is no finite number cannot be written as JSON
    epochs,
    pictures: made ? checkPictures(given.pictures) : null,
    curve,
    trainedParameters: number('trainedParameters', count, !made),
    memory: number('memory', { ...count, integer: false }, true),
    seconds: checkNumber('its seconds', given.seconds, { min: 0 }),
    ...{ started: checkTime('started', given.started), ended: checkTime('ended', given.ended), host },
  };
}

function checkPictures(value: unknown): RunRecord['pictures'] {
  const { train, validation } = objectOf(value, 'its pictures');
  const count = (name: string, given: unknown) => checkNumber(`its ${name} pictures`, given, { min: 1, integer: true });
  return { train: count('training', train), validation: count('validation', validation) };
}

function checkTime(name: string, value: unknown): string {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
  if (isTime && Number.isFinite(Date.parse(value))) return value;
  throw new UserError(`it ${name} at ${shown(value)}, expected a time like 2026-01-31T12:00:00.000Z`);
}

/** Text of another machine for a terminal and a table: one short line. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/**
 * Make sure that a folder that came with a record is that of a run, and says the same.
 *
 * @throws {UserError} in one line
 */
export function checkFiles(folder: string, { state, accuracy }: RunRecord): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const name = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (!FILES.some((known) => known.test(name)))
      throw new UserError(`it came with ${shown(name)}, which is no file of a run`);
  }
  if (!existsSync(join(folder, 'config.json'))) throw new UserError('it came without its config.json');
  if (state === 'failed') return;
  const { predictions } = readRun(folder);
  const right = predictions.filter(({ label, predicted }) => label === predicted).length / predictions.length;
  if (!(Math.abs(right - accuracy!) < 1e-6)) {
    throw new UserError(`its accuracy is ${accuracy}, that of its predictions.csv ${right}`);
  }
}
