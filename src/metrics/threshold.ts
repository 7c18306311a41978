import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { rankByScore } from './ranking';

/**
 * What {@link chooseThreshold} maximizes: the accuracy, the F1 score, the mean recall of both classes (`balanced`, Youden
 * 1950), the recall among thresholds with at least the given `precision`, or the precision among thresholds with at least the
 * given `recall` (both from 0 to 1); or what it minimizes: the total `cost` of the mistakes (each cost at least 0).
 */
export type ThresholdGoal =
  | 'accuracy'
  | 'f1'
  | 'balanced'
  | {
      /** The lowest precision allowed, from 0 to 1. */
      precision: number;
    }
  | {
      /** The lowest recall allowed, from 0 to 1. */
      recall: number;
    }
  | {
      /** What a false positive and a false negative cost, in any unit, at least 0. */
      cost: { falsePositive: number; falseNegative: number };
    };

/** The counts and scores when every example with a score of at least `threshold` is predicted positive. */
export interface ThresholdChoice {
  /** The lowest score that is predicted positive; Infinity predicts all negative. */
  threshold: number;
  /** Positives predicted positive. */
  truePositives: number;
  /** Negatives predicted positive. */
  falsePositives: number;
  /** Positives predicted negative. */
  falseNegatives: number;
  /** Negatives predicted negative. */
  trueNegatives: number;
  /** Fraction of the predicted positives that are positive; 0 when nothing is predicted positive. */
  precision: number;
  /** Fraction of the positives that are predicted positive. */
  recall: number;
  /** Fraction of the negatives that are predicted negative. */
  specificity: number;
  /** Harmonic mean of precision and recall. */
  f1: number;
  /** Fraction of all examples that are predicted right. */
  accuracy: number;
}

/**
 * The counts and scores of a binary task at every threshold: at each distinct score, and above all of them.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive: probabilities or logits
 * @returns the highest threshold, Infinity, first
 * @throws {UserError} when there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const table = metrics.thresholdTable([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * table.map(({ threshold, recall }) => [threshold, recall]); // => [ [ Infinity, 0 ], [ 0.9, 0.5 ], [ 0.7, 0.5 ], [ 0.6, 1 ], [ 0.1, 1 ] ]
 * ```
 */
export function thresholdTable(labels: ArrayLike<number>, scores: ArrayLike<number>): ThresholdChoice[] {
  const { positives, negatives, cuts } = rankByScore('thresholdTable', labels, scores);
  const none = { threshold: Number.POSITIVE_INFINITY, truePositives: 0, falsePositives: 0 };
  return [none, ...cuts].map(({ threshold, truePositives, falsePositives }) => {
    const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
    return {
      threshold,
      truePositives,
      falsePositives,
      falseNegatives: positives - truePositives,
      trueNegatives: negatives - falsePositives,
      precision: ratio(truePositives, truePositives + falsePositives),
      recall: ratio(truePositives, positives),
      specificity: ratio(negatives - falsePositives, negatives),
      f1: ratio(2 * truePositives, positives + truePositives + falsePositives),
      accuracy: ratio(truePositives + negatives - falsePositives, positives + negatives),
    };
  });
}

/**
 * Choose the threshold of a binary task that serves a goal best; among equally good thresholds the highest. Choose it on
 * validation data and report results on test data: on the data it was chosen on they are too optimistic.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive: probabilities or logits
 * @param goal what to maximize or minimize. Default: `'balanced'`
 * @throws {UserError} when there is no positive or no negative example, the goal is unknown, or no threshold reaches it
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const [labels, scores] = [[1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]];
 * metrics.chooseThreshold(labels, scores, { recall: 1 }).threshold; // => 0.6
 * metrics.chooseThreshold(labels, scores, { precision: 1 }).threshold; // => 0.9
 * ```
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  goal: ThresholdGoal = 'balanced',
): ThresholdChoice {
  const value = scoreFor(goal);
  const choices = thresholdTable(labels, scores);
  const last = choices.at(-1)!;
  if (last.truePositives === 0 || last.falsePositives === 0) {
    const missing = last.truePositives === 0 ? 'positive' : 'negative';
    throw new UserError(`chooseThreshold: got no ${missing} example; a threshold needs both classes`);
  }
  let best: ThresholdChoice | undefined;
  for (const choice of choices) {
    if (value(choice) > (best ? value(best) : Number.NEGATIVE_INFINITY)) best = choice;
  }
  if (best) return best;
  throw new UserError(
    `chooseThreshold: no threshold reaches ${JSON.stringify(goal)}; the highest precision is ${Math.max(...choices.map(({ precision }) => precision)).toFixed(3)}`,
  );
}

function scoreFor(goal: ThresholdGoal): (choice: ThresholdChoice) => number {
  if (goal === 'accuracy') return ({ accuracy }) => accuracy;
  if (goal === 'f1') return ({ f1 }) => f1;
  if (goal === 'balanced') return ({ recall, specificity }) => recall + specificity;
  const atLeast = (value: number, least: number, then: number) => (value >= least ? then : Number.NEGATIVE_INFINITY);
  if (typeof goal === 'object' && 'precision' in goal) {
    const least = checkNumber('chooseThreshold: precision', goal.precision, { min: 0, max: 1 });
    return ({ precision, recall, truePositives }) =>
      truePositives > 0 ? atLeast(precision, least, recall) : Number.NEGATIVE_INFINITY;
  }
  if (typeof goal === 'object' && 'recall' in goal) {
    const least = checkNumber('chooseThreshold: recall', goal.recall, { min: 0, max: 1 });
    return ({ precision, recall }) => atLeast(recall, least, precision);
  }
  if (typeof goal === 'object' && 'cost' in goal) {
    const falsePositive = checkNumber('chooseThreshold: cost.falsePositive', goal.cost.falsePositive, { min: 0 });
    const falseNegative = checkNumber('chooseThreshold: cost.falseNegative', goal.cost.falseNegative, { min: 0 });
    return (choice) => -(choice.falsePositives * falsePositive + choice.falseNegatives * falseNegative);
  }
  throw new UserError(
    `chooseThreshold: goal must be 'accuracy', 'f1', 'balanced', { precision }, { recall } or { cost: { falsePositive, falseNegative } }, got ${JSON.stringify(goal)}`,
  );
}
