import { UserError } from '../core/errors';
import { checkIndex, checkPairs, checkRow } from './check';

/** How many examples score at least `threshold`: at one threshold, every distinct score from the highest down. */
export interface Cut {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

/** A binary task, cut at every distinct score. */
export interface Ranking {
  positives: number;
  negatives: number;
  /** from the highest score down; equal scores are one cut */
  cuts: Cut[];
}

/**
 * Count true and false positives at every distinct score.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive; probabilities or logits
 * @throws {UserError} if there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is not a number
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
  class: string;
  /** 1 where the class is the true one */
  labels: number[];
  /** the probability of the class */
  scores: number[];
}

/**
 * Each class of a task against all others.
 *
 * @param labels true class indices
 * @param probabilities one row an example // [examples, classes]
 * @param classes the names of all classes
 * @throws {UserError} if there are no examples, the lengths differ, a label is out of range or a row has not one probability a
 *   class
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
