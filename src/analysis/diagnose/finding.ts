import type { EpochRecord } from '../../core/listener';
import { type GroupedAccuracy, groupedAccuracy } from '../../metrics/groupedAccuracy';

/** The numbers of a run that `diagnose` needs. The results of `train` and `readRun` have all of them. */
export interface DiagnosedRun {
  /** one record an epoch; at least one */
  history: readonly EpochRecord[];
  /** class names */
  classes: readonly string[];
  /** true and predicted class index of each validation picture, and its group, which intervals allow for. Default: none */
  predictions?: readonly { label: number; predicted: number; group?: string }[];
  /** training pictures of each class // [classes] */
  trainingCounts?: readonly number[];
  /** files of validation pictures whose content is identical to a training picture's. Default: none */
  shared?: readonly string[];
  /** options of the training. Default: the learning rate is that of the first epoch */
  settings?: { learningRate?: number };
}

/** What a finding is about; `healthy` and `no alarm` say that nothing is wrong. */
export type FindingKind =
  | 'learning rate too high'
  | 'overfit'
  | 'underfit'
  | 'class imbalance'
  | 'leak suspected'
  | 'validation set too small'
  | 'healthy'
  | 'no alarm';

/** One problem that `diagnose` finds in a run, or that there is none. */
export interface Finding {
  /** what it is about */
  kind: FindingKind;
  /** `alarm`: do not use the run as it is; `note`: good to know; `fine`: nothing is wrong */
  severity: 'alarm' | 'note' | 'fine';
  /** what was found, with its numbers, in a sentence */
  message: string;
  /** the numbers of the sentence, by name; accuracies from 0 to 1 */
  numbers: Readonly<Record<string, number>>;
  /** what to try next */
  advice: string;
  /** the notebook that explains it, without extension, such as '04-regularize' */
  notebook: string;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
export const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);

/** The mean of the last three finite values: a single epoch fluctuates. */
export function recentMean(values: readonly (number | undefined)[]): number {
  const known = values.filter((value): value is number => Number.isFinite(value)).slice(-3);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The accuracy of guessing among equally frequent classes. */
export const guessing = (classes: readonly string[]): number => 1 / Math.max(2, classes.length);

/** The accuracy below which little has been learned: 60% of the way from guessing to 1. */
export const learnedAccuracy = (classes: readonly string[]): number =>
  guessing(classes) + 0.6 * (1 - guessing(classes));

/** The accuracy of predictions, at least one, with its interval, which knows groups. */
export function accuracyOf(predictions: NonNullable<DiagnosedRun['predictions']>): GroupedAccuracy {
  return groupedAccuracy(
    predictions.map(({ label, predicted }) => label === predicted),
    predictions.map(({ group }) => group),
  );
}
