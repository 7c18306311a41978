import type { EpochRecord } from '../../core/listener';

/** What {@link diagnose} looks at. The result of `train` has all of it, and `readRun` gives it of a run folder. */
export interface DiagnosedRun {
  history: readonly EpochRecord[];
  /** class names */
  classes: readonly string[];
  /** what was said of the validation pictures */
  predictions?: readonly { label: number; predicted: number }[];
  /** training pictures of each class */
  trainingCounts?: readonly number[];
  /** validation pictures whose very content is among the training pictures, too */
  shared?: readonly string[];
  settings?: { learningRate?: number };
}

export type FindingKind =
  | 'learning rate too high'
  | 'overfit'
  | 'underfit'
  | 'class imbalance'
  | 'leak suspected'
  | 'validation set too small'
  | 'healthy'
  | 'no alarm';

/** One thing that the numbers say of a run. */
export interface Finding {
  kind: FindingKind;
  /** `alarm`: the run should not be trusted or kept as it is; `note`: good to know; `fine`: nothing is wrong */
  severity: 'alarm' | 'note' | 'fine';
  /** what is the case, with its numbers */
  says: string;
  /** the numbers behind the sentence, by name */
  numbers: Readonly<Record<string, number>>;
  /** what to try next */
  advice: string;
  /** the notebook that explains it, without extension */
  notebook: string;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
export const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);

/** The last three values that are finite, averaged: one epoch alone wavers. */
export function settled(values: readonly (number | undefined)[]): number {
  const known = values.filter((value): value is number => Number.isFinite(value)).slice(-3);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The accuracy of guessing, all classes being as frequent. */
export const guessing = (classes: readonly string[]): number => 1 / Math.max(2, classes.length);

/** Accuracy below which hardly anything was learned: six tenths of the way from guessing to all. */
export const learned = (classes: readonly string[]): number => guessing(classes) + 0.6 * (1 - guessing(classes));
