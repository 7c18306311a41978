import { basename, dirname } from 'node:path';
import { UserError } from '../core/errors';
import { readJson } from '../core/readBounded';
import { isId } from '../core/safePath';
import {
  checkShape,
  count,
  label,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  share,
  text,
  textThat,
} from '../core/shape';
import type { RunRecord } from './runRecord';

/** The most bytes of a run.json: those of a million epochs. */
const LARGEST = 32 * 2 ** 20;

export const id = textThat(isId, "an id of letters, digits, '.', '_' and '-'");

const time = textThat((value) => value.length < 64 && !Number.isNaN(Date.parse(value)), 'a time in ISO 8601');

/** What early versions did not write. */
const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, where) =>
    value === undefined ? null : nullable(shape)(value, where);

/** JSON writes NaN as null. */
const curve = (shape: Shape<number>) => listOf(nullable(shape), { most: 1e6 }) as Shape<number[]>;

const shape = object<RunRecord>({
  id,
  hash: id,
  axes: recordOf(label),
  seed: count(),
  state: oneOf('done', 'failed', 'pruned'),
  error: nullable(text()),
  accuracy: nullable(share),
  interval: orNull(object({ low: share, high: share })),
  mostFrequent: orNull(share),
  loss: nullable(number()),
  macroF1: orNull(share),
  auc: orNull(share),
  epochs: count(1e6),
  pictures: nullable(object({ train: count(1e9), validation: count(1e9) })),
  curve: curve(share),
  curves: optional(
    object({ loss: optional(curve(number())), macroF1: optional(curve(share)), auc: optional(curve(share)) }),
  ),
  trainedParameters: nullable(count()),
  memory: nullable(count()),
  seconds: number({ min: 0, max: 1e9 }),
  started: time,
  ended: time,
  host: text({ longest: 255 }),
});

/**
 * Check a run record that was read: the type and range of every value.
 *
 * @param name of its source, for the error
 * @throws {UserError} that names the first value of a wrong type or out of its range
 */
export function checkRecord(value: unknown, name: string): RunRecord {
  return checkShape(value, shape, name);
}

/**
 * Read run.json of a run folder. The run's id must be the name of the folder, as later operations on the run use the id as the
 * name of a folder.
 *
 * @throws {UserError} in one line that names the file
 */
export function readRecord(file: string): RunRecord {
  const folder = dirname(file);
  const record = checkRecord(readJson(file, { largest: LARGEST, root: folder }), file);
  if (record.id !== basename(folder)) {
    throw new UserError(
      `${file} has the id '${record.id}', but its folder has another name: rename the folder to the id, or move it elsewhere`,
    );
  }
  return record;
}
