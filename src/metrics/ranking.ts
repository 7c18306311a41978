import { UserError } from '../core/errors';
import { checkIndex, checkPairs, checkRow } from './check';

/** How many positives and negatives score at least `threshold`. */
export interface Cut {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

/** The counts of a binary task at every distinct score. */
export interface Ranking {
  positives: number;
  negatives: number;
  /** one for each distinct score, the highest first */
  cuts: Cut[];
}

/**
 * Count true and false positives at every distinct score.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive; probabilities or logits
 * @throws {UserError} when there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
 */
export function rankByScore(caller: string, labels: ArrayLike<number>, scores: ArrayLike<number>): Ranking {
  checkPairs(caller, labels, scores);
  const order = Array.from({ length: labels.length }, (_, i) => i);
  for (const i of order) {
    if (labels[i] !== 0 && labels[i] !== 1)
      throw new UserError(
        `${caller}: label number ${i} is ${labels[i]}; give 1 for the positive class and 0 for others`,
      );
    if (Number.isNaN(scores[i]!)) throw new UserError(`${caller}: score number ${i} is NaN; leave that example out`);
  }
  order.sort((a, b) => scores[b]! - scores[a]! || 0); // the difference of two infinities is NaN
  const cuts: Cut[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  for (const [rank, i] of order.entries()) {
    if (labels[i] === 1) truePositives++;
    else falsePositives++;
    if (rank + 1 < order.length && scores[order[rank + 1]!] === scores[i]) continue;
    cuts.push({ threshold: scores[i]!, truePositives, falsePositives });
  }
  return { positives: truePositives, negatives: falsePositives, cuts };
}

/** One class against all others, as a binary task. */
export interface BinaryTask {
  /** Name of the positive class. */
  class: string;
  /** 1 for examples of the class, 0 for all others. */
  labels: number[];
  /** Probability of the class for each example, from 0 to 1. */
  scores: number[];
}

/**
 * Turn a task of several classes into one binary task for each class against all others, for `rocCurve` and
 * `precisionRecallCurve`.
 *
 * @param labels true class indices
 * @param probabilities shape `[examples, classes]`
 * @param classes the names of all classes, in the order of their indices
 * @returns one task for each class, in the order of `classes`
 * @throws {UserError} when there are no examples, the lengths differ, a label is out of range or a row does not have one
 *   probability for each class
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const probabilities = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]];
 * const tasks = metrics.oneVersusRest([0, 1], probabilities, ['cat', 'dog', 'tree']);
 * tasks[1]; // => { class: 'dog', labels: [ 0, 1 ], scores: [ 0.2, 0.6 ] }
 * ```
 */
export function oneVersusRest(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<ArrayLike<number>>,
  classes: readonly string[],
): BinaryTask[] {
  checkPairs('oneVersusRest', labels, probabilities);
  for (let i = 0; i < labels.length; i++) {
    checkIndex('oneVersusRest', 'label', labels, i, classes.length);
    checkRow('oneVersusRest', probabilities, i, classes.length);
  }
  return classes.map((name, c) => ({
    class: name,
    labels: Array.from(labels, (label) => (label === c ? 1 : 0)),
    scores: Array.from(probabilities, (row) => row[c]!),
  }));
}
