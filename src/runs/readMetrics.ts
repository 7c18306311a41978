import { parseJson } from '../core/readBounded';
import { checkShape, count, listOf, nullable, number, object, optional, type Shape, share, text } from '../core/shape';
import { readRunFile } from './readConfiguration';

/** What is read of metrics.json of a run folder; a loss that was not a number is NaN. */
export interface RunMetrics {
  /** on the validation pictures, from 0 to 1 */
  accuracy: number;
  /** mean cross-entropy of the validation pictures */
  loss: number;
  /** training pictures of each class // [classes] */
  trainingCounts?: number[];
  /** files that were in both the training and the validation part */
  shared?: string[];
  /** wall-clock time of the training */
  seconds: { total: number };
  /** SHA-256 of each validation picture's file, in the order of the predictions; early versions did not write it */
  validationHashes?: string[];
  /** SHA-256 of each training picture's file; early versions did not write it */
  trainingHashes?: string[];
}

/** Bytes of a metrics.json: the confusion of 2,000 classes. */
const LARGEST = 64 * 2 ** 20;

/** JSON writes NaN as null. */
function orNaN(shape: Shape<number>): Shape<number> {
  return (value, where) => nullable(shape)(value, where) ?? Number.NaN;
}

const metrics = object<RunMetrics>({
  accuracy: orNaN(share),
  loss: orNaN(number()),
  trainingCounts: optional(listOf(count(1e9), { most: 100_000 })),
  shared: optional(listOf(text({ longest: 4096 }), { most: 1e6 })),
  validationHashes: optional(listOf(text({ longest: 64 }), { most: 1e6 })),
  trainingHashes: optional(listOf(text({ longest: 64 }), { most: 1e6 })),
  seconds: object({ total: number({ min: 0, max: 1e9 }) }),
});

/**
 * Read metrics.json of a run folder; the type and range of every value are checked.
 *
 * @throws {UserError} that names the first value of a wrong type or out of its range
 */
export function readMetrics(folder: string): RunMetrics {
  const name = 'its metrics.json';
  return checkShape(parseJson(readRunFile(folder, 'metrics.json', LARGEST), name), metrics, name);
}
