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
  recordOf,
  type Shape,
  share,
  text,
  textThat,
} from '../core/shape';
import type { RunRecord } from './runRecord';

/** Bytes of a run.json: a million epochs' accuracies. */
const LARGEST = 32 * 2 ** 20;

export const id = textThat(isId, "an id of letters, digits, '.', '_' and '-'");

const time = textThat((value) => value.length < 64 && !Number.isNaN(Date.parse(value)), 'a time as ISO 8601 has it');

const shape = object<RunRecord>({
  id,
  hash: id,
  axes: recordOf(label),
  seed: count(),
  state: oneOf('done', 'failed', 'pruned'),
  error: nullable(text()),
  accuracy: nullable(share),
  loss: nullable(number()),
  epochs: count(1e6),
  pictures: nullable(object({ train: count(1e9), validation: count(1e9) })),
  curve: listOf(nullable(share), { most: 1e6 }) as Shape<number[]>, // JSON has null for what is no number
  trainedParameters: nullable(count()),
  memory: nullable(count()),
  seconds: number({ min: 0, max: 1e9 }),
  started: time,
  ended: time,
  host: text({ longest: 255 }),
});

/**
 * How a run came out, as somebody else says it: every value is of its type and within its range.
 *
 * @param name of where it came from, for the error
 * @throws {UserError} that names the first value that is not
 */
export function checkRecord(value: unknown, name: string): RunRecord {
  return checkShape(value, shape, name);
}

/**
 * Read a run.json. The name of its folder is the run's id: one that says otherwise is refused, as what is done with the run
 * would be done to another.
 *
 * @throws {UserError} in one line that names the file
 */
export function readRecord(file: string): RunRecord {
  const folder = dirname(file);
  const record = checkRecord(readJson(file, { largest: LARGEST, root: folder }), file);
  if (record.id !== basename(folder)) {
    throw new UserError(
      `${file} says that it is of the run '${record.id}', which its folder is not called: give the folder that name, or move it elsewhere`,
    );
  }
  return record;
}
