import { parseJson } from '../core/readBounded';
import { checkShape, count, listOf, nullable, number, object, optional, type Shape, share, text } from '../core/shape';
import { readRunFile } from './readConfiguration';

/** What is read of metrics.json of a run; a loss that was no number is NaN. */
export interface RunMetrics {
  accuracy: number;
  loss: number;
  /** pictures of each class in training */
  trainingCounts?: number[];
  /** files that were both in training and in validation */
  shared?: string[];
  seconds: { total: number };
  /** SHA-256 of each validation picture's file, in the order of the predictions; runs of an early version lack it */
  validationHashes?: string[];
}

/** Bytes of a metrics.json: the confusion of 2,000 classes. */
const LARGEST = 64 * 2 ** 20;

/** JSON has null for what is no number. */
function orNaN(shape: Shape<number>): Shape<number> {
  return (value, where) => nullable(shape)(value, where) ?? Number.NaN;
}

const metrics = object<RunMetrics>({
  accuracy: orNaN(share),
  loss: orNaN(number()),
  trainingCounts: optional(listOf(count(1e9), { most: 100_000 })),
  shared: optional(listOf(text({ longest: 4096 }), { most: 1e6 })),
  validationHashes: optional(listOf(text({ longest: 64 }), { most: 1e6 })),
  seconds: object({ total: number({ min: 0, max: 1e9 }) }),
});

/**
 * What metrics.json in the folder of a run says, which may be a stranger's.
 *
 * @throws {UserError} that names the first value that is not of its type, or out of its range
 */
export function readMetrics(folder: string): RunMetrics {
  const name = 'its metrics.json';
  return checkShape(parseJson(readRunFile(folder, 'metrics.json', LARGEST), name), metrics, name);
}
