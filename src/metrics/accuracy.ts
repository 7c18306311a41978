import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkClassPairs, checkIndex, checkPairs } from './check';

/**
 * The fraction of predictions that are right, from 0 to 1.
 *
 * @param labels true class indices
 * @param predictions predicted class indices, one for each label
 * @throws {UserError} if there are no examples, the lengths differ or an index is no whole number from 0
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
 * Of equal scores the lower class index comes first, as in an argmax, so `k = 1` equals the accuracy of the argmax and a
 * model with constant scores earns no credit. A score of NaN ranks below every number: a true class with such a score
 * counts as missed.
 *
 * @param labels true class indices
 * @param scores one row of scores an example: logits or probabilities // [examples, classes]
 * @param k from 1 to the number of classes
 * @throws {UserError} if there are no examples, the lengths differ, a label has no score or `k` is out of range
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
        `topKAccuracy: row ${i} has ${row.length} scores and row 0 has ${classes}; every row needs one score a class`,
      );
    }
    if (rankOf(row, checkIndex('topKAccuracy', 'label', labels, i, classes)) < k) hits++;
  }
  return hits / labels.length;
}

/** How many classes come before this one when sorted by score, best first. */
function rankOf(row: ArrayLike<number>, index: number): number {
  const own = row[index]!;
  if (Number.isNaN(own)) return row.length;
  let before = 0;
  for (let c = 0; c < row.length; c++) if (row[c]! > own || (row[c] === own && c < index)) before++;
  return before;
}
