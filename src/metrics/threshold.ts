import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { rankByScore } from './ranking';

/**
 * What a threshold is chosen for: the most right (`accuracy`), the highest F1, the highest mean recall of both classes
 * (`balanced`, Youden 1950), the highest recall at a precision of at least so much, the highest precision at a recall of
 * at least so much, or the lowest cost of mistakes.
 */
export type ThresholdGoal =
  | 'accuracy'
  | 'f1'
  | 'balanced'
  | { precision: number }
  | { recall: number }
  | { cost: { falsePositive: number; falseNegative: number } };

/** What follows from calling everything positive that scores at least `threshold`. */
export interface ThresholdChoice {
  threshold: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  /** 0 where nothing is called positive */
  precision: number;
  recall: number;
  /** of the negatives, the part that is called negative */
  specificity: number;
  f1: number;
  accuracy: number;
}

/**
 * Everything that a threshold on a binary task's score can give: at each distinct score, and above all of them.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive
 * @returns from the highest threshold, Infinity, down
 * @throws {UserError} if there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
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
 * Choose the threshold of a binary task. Choose on validation data and report on test data: on the data it was chosen on,
 * the result is too good.
 *
 * @param goal `balanced` unless told; of equally good thresholds the highest
 * @throws {UserError} if there is no positive or no negative example, or no threshold reaches the goal
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  goal: ThresholdGoal = 'balanced',
): ThresholdChoice {
  const value = goodness(goal);
  const choices = thresholdTable(labels, scores);
  const last = choices.at(-1)!;
  if (last.truePositives === 0 || last.falsePositives === 0) {
    const missing = last.truePositives === 0 ? 'positive' : 'negative';
    throw new UserError(`chooseThreshold: got no ${missing} example; a threshold needs both kinds`);
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

function goodness(goal: ThresholdGoal): (choice: ThresholdChoice) => number {
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
