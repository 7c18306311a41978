import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkClassPairs, checkIndex, checkPairs } from './check';

/**
 * The fraction of predictions that are right, from 0 to 1.
 *
 * @param labels true class indices
 * @param predictions predicted class indices, one for each label
 * @throws {UserError} when there are no examples, the lengths differ or an index is not a whole number of at least 0
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.accuracy([0, 1, 1, 2], [0, 1, 2, 2]); // => 0.75
 * ```
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkClassPairs('accuracy', labels, predictions);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}

/**
 * The fraction of examples whose true class is among the `k` classes with the highest scores.
 *
 * Among equal scores the lower class index ranks first, as in an argmax: `k = 1` gives the accuracy of the argmax, and a
 * model whose scores are all equal is not counted as right. A score of NaN ranks below every number: an example whose true
 * class has the score NaN counts as wrong.
 *
 * @param labels true class indices
 * @param scores logits or probabilities, shape `[examples, classes]`
 * @param k how many of the highest scores count, from 1 to the number of classes
 * @returns from 0 to 1
 * @throws {UserError} when there are no examples, the lengths differ, a label is out of range or `k` is out of range
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const scores = [
 *   [0.6, 0.3, 0.1], // the true class, 1, comes second
 *   [0.1, 0.2, 0.7],
 * ];
 * metrics.topKAccuracy([1, 2], scores, 1); // => 0.5
 * metrics.topKAccuracy([1, 2], scores, 2); // => 1
 * ```
 */
export function topKAccuracy(labels: ArrayLike<number>, scores: ArrayLike<ArrayLike<number>>, k: number): number {
  checkPairs('topKAccuracy', labels, scores);
  const classes = scores[0]!.length;
  checkNumber('topKAccuracy: k', k, { min: 1, max: classes, integer: true });
  let hits = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = scores[i]!;
    if (row.length !== classes) {
      throw new UserError(
        `topKAccuracy: row ${i} has ${row.length} scores and row 0 has ${classes}; every row needs one score for each class`,
      );
    }
    if (rankOf(row, checkIndex('topKAccuracy', 'label', labels, i, classes)) < k) hits++;
  }
  return hits / labels.length;
}

/** How many classes rank above this one by score. */
function rankOf(row: ArrayLike<number>, index: number): number {
  const own = row[index]!;
  if (Number.isNaN(own)) return row.length;
  let before = 0;
  for (let c = 0; c < row.length; c++) if (row[c]! > own || (row[c] === own && c < index)) before++;
  return before;
}
