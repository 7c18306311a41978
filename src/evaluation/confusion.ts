import { UserError } from '../errors';
import { checkNumber } from '../options';
import { checkIndex, checkPairs } from './check';

/** How often each true class was predicted as each class. */
export interface ConfusionMatrix {
  classes: readonly string[];
  /** counts[true class][predicted class] */
  counts: readonly (readonly number[])[];
}

/** A pair of classes that were mixed up. */
export interface ConfusedPair {
  trueClass: string;
  predictedClass: string;
  /** examples of `trueClass` that were taken for `predictedClass` */
  count: number;
  /** that count over all examples of `trueClass`, from 0 to 1 */
  share: number;
}

/**
 * Count how often each true class was predicted as each class. No examples at all give a matrix of zeros.
 *
 * @param labels true class indices
 * @param predictions predicted class indices, one for each label
 * @param classes the names of all classes, in the order of their indices
 * @throws {UserError} if the lengths differ, an index is out of range, or there is no class
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: readonly string[],
): ConfusionMatrix {
  if (classes.length === 0) throw new UserError('confusionMatrix: got no classes; give the name of each class');
  if (labels.length > 0 || predictions.length > 0) checkPairs('confusionMatrix', labels, predictions);
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const truth = checkIndex('confusionMatrix', 'label', labels, i, classes.length);
    const predicted = checkIndex('confusionMatrix', 'prediction', predictions, i, classes.length);
    counts[truth]![predicted]!++;
  }
  return { classes: [...classes], counts };
}

/**
 * The pairs of classes that were mixed up most: by count, then by share of the true class, then in class order. Pairs
 * that never occurred are left out.
 *
 * @param matrix from {@link confusionMatrix}
 * @param limit at most this many pairs; 10 unless told
 * @throws {UserError} if `limit` is not a whole number of at least 1
 */
export function mostConfused({ classes, counts }: ConfusionMatrix, limit = 10): ConfusedPair[] {
  checkNumber('mostConfused: limit', limit, { min: 1, integer: true });
  const pairs: ConfusedPair[] = [];
  for (const [t, row] of counts.entries()) {
    const support = row.reduce((sum, count) => sum + count, 0);
    for (const [p, count] of row.entries()) {
      if (t === p || count === 0) continue;
      pairs.push({ trueClass: classes[t]!, predictedClass: classes[p]!, count, share: count / support });
    }
  }
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit); // sort is stable
}
