import { parseJson } from '../core/readBounded';
import {
  checkShape,
  count,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  share,
  text,
} from '../core/shape';
import type { ClassificationSummary, Interval } from '../metrics';
import { type Interpolation, type RecipeLine, settingNames } from '../training';
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
  /** 95% confidence interval of the accuracy, which knows groups; early versions did not write it */
  interval?: Pick<Interval, 'low' | 'high'>;
  /** the most frequent class of the validation pictures, and the accuracy of always predicting it; early versions did not write it */
  baseline?: { class: string; accuracy: number };
  /** group of each validation picture, null for none; absent where there are no groups */
  validationGroups?: (string | null)[];
  /** the settings that the recipe chose, with the reasons; early versions had no recipes */
  recipe?: RecipeLine[];
  /** what was chosen between the frozen and the fine-tuned weights; absent where nothing was */
  interpolation?: Interpolation;
  /** of the final model on the test pictures; absent where there were none */
  test?: TestMetrics;
}

/** What is read of the test pictures' numbers. */
export interface TestMetrics {
  /** all metrics with their intervals, beside the accuracy of the most frequent class */
  summary: ClassificationSummary;
  /** files that were trained or validated on, too */
  shared: string[];
  /** how many other models had been evaluated on any of these pictures */
  earlier: number;
  /** on how many of these pictures; early versions did not write it */
  reused?: number;
  /** why that is not known, or this use could not be recorded; absent where all is known */
  problem?: string;
  /** SHA-256 of each test picture's file, in the order of the predictions */
  hashes: string[];
  /** group of each test picture, null for none; absent where there are no groups */
  groups?: (string | null)[];
}

/** Bytes of a metrics.json: the confusion of 2,000 classes. */
const LARGEST = 64 * 2 ** 20;

/** JSON writes NaN as null. */
function orNaN(shape: Shape<number>): Shape<number> {
  return (value, where) => nullable(shape)(value, where) ?? Number.NaN;
}

const fileNames = listOf(text({ longest: 4096 }), { most: 1e6 });
const fileHashes = listOf(text({ longest: 64 }), { most: 1e6 });
const groupNames = listOf(nullable(text({ longest: 4096 })), { most: 1e6 });

/** An interval of a number from 0 to 1. */
const interval = object<Interval>({ estimate: share, low: share, high: share, confidence: share });

const summary = object<ClassificationSummary>({
  examples: count(1e9),
  accuracy: object({
    ...{ estimate: share, low: share, high: share, confidence: share },
    ...{ examples: count(1e9), groups: count(1e9), effective: number({ min: 0, max: 1e9 }) },
  }),
  baseline: object({ class: count(1e6), accuracy: share }),
  balancedAccuracy: interval,
  macroF1: interval,
  auc: optional(interval),
  logLoss: object<Interval>({
    ...{ estimate: number({ min: 0 }), low: number({ min: 0 }), high: number({ min: 0 }), confidence: share },
  }),
  calibrationError: share,
});

const test = object<TestMetrics>({
  summary,
  shared: fileNames,
  earlier: count(1e9),
  reused: optional(count(1e9)),
  problem: optional(text()),
  hashes: fileHashes,
  groups: optional(groupNames),
});

const setting: Shape<RecipeLine['setting']> = (value, where) => oneOf(...settingNames)(value, where);
const value: Shape<RecipeLine['value']> = (given, where) =>
  typeof given === 'number' ? number()(given, where) : text({ longest: 100 })(given, where);

const metrics = object<RunMetrics>({
  accuracy: orNaN(share),
  loss: orNaN(number()),
  trainingCounts: optional(listOf(count(1e9), { most: 100_000 })),
  shared: optional(fileNames),
  validationHashes: optional(fileHashes),
  trainingHashes: optional(fileHashes),
  interval: optional(object({ low: share, high: share })),
  baseline: optional(object({ class: text({ longest: 4096 }), accuracy: share })),
  validationGroups: optional(groupNames),
  recipe: optional(listOf(object<RecipeLine>({ setting, value, because: text({ longest: 500 }) }), { most: 100 })),
  interpolation: optional(
    object<Interpolation>({
      part: share,
      tried: listOf(object({ part: share, accuracy: orNaN(share), loss: orNaN(number()) }), { most: 100 }),
    }),
  ),
  test: optional(test),
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
