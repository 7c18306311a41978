import type { EpochRecord } from '../core/listener';
import type { Split } from '../data';
import type { Prediction } from '../training';
import type { Expected } from './answers';

/** What of a training the exercises use: a result of `train`, or a part of it. */
export interface CheckedRun {
  /** Names of the classes. */
  classes: readonly string[];
  /** Loss and accuracy of each epoch. */
  history: readonly EpochRecord[];
  /** Predictions for the validation pictures. */
  predictions: readonly Prediction[];
  /** The pictures of each part. */
  split: Split;
  /** Validation accuracy, from 0 to 1. */
  accuracy: number;
  /** Predictions for the test pictures, if there are any. */
  test?: { predictions: readonly Prediction[] };
}

/** One training of a comparison, as `studies.compareBy` takes it. */
export interface ComparedRun {
  /** Its value on the only axis of the comparison, such as `{ training: 'frozen' }`. */
  axes: Readonly<Record<string, string | number | boolean | null>>;
  /** Its random seed. */
  seed: number;
  /** Accuracy on pictures that were not trained on, from 0 to 1. */
  accuracy: number | null;
  /** Loss on the same pictures (04). */
  loss?: number | null;
  /** Seconds of the whole training (07). */
  seconds?: number;
}

/** The values of a chapter from which the right answers are computed: so they suit every dataset, seed and number of epochs. */
export interface ChapterValues {
  /** The chapter's training (00, 06, 08). */
  run?: CheckedRun;
  /** The comparison of backbones (01). */
  comparison?: { table: { objects(): object[] } };
  /** One record for each training and seed that the chapter compares (02, 03, 04, 05, 07). */
  records?: readonly ComparedRun[];
  /** The training without regularization (04). */
  overfitted?: { history: readonly EpochRecord[] };
  /** The study of heads and dropout (09). */
  heads?: { runs: { objects(): object[] } };
  /** Suspected pictures, the most suspicious first (10). */
  suspects?: readonly { file: string }[];
  /** Files of the pictures that were put into a wrong class on purpose (10). */
  planted?: readonly string[];
}

/** An exercise whose answer can be checked. */
export interface Exercise {
  /** Names of the chapter's values that it needs. */
  needs: readonly (keyof ChapterValues)[];
  expected(values: Required<ChapterValues>): Expected;
}

/**
 * An exercise with one right choice.
 *
 * @param says what is off about every other one
 */
export function oneOf(choices: readonly string[], right: string, says: string): Exercise {
  const mistakes = choices.filter((value) => value !== right).map((value) => ({ value, says }));
  return { needs: [], expected: () => ({ kind: 'text', values: [right], choices, mistakes }) };
}
