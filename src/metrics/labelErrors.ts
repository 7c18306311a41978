import { argmax } from './argmax';
import { checkProbabilities } from './calibration';
import { meanOf } from './mean';

/** An example whose label is probably wrong. */
export interface LabelIssue {
  /** Position of the example in `labels`. */
  index: number;
  /** The given class index. */
  label: number;
  /** The class index that the model suggests instead. */
  suggested: number;
  /** Probability of the given label, from 0 to 1. */
  selfConfidence: number;
  /** Probability of the suggested class minus that of the given label: the larger, the more suspect. */
  margin: number;
}

/**
 * Find examples whose labels are probably wrong by confident learning (Northcutt, Jiang and Chuang 2021): the off-diagonal
 * of the confident joint, ranked by normalized margin.
 *
 * The threshold of a class is the mean probability of that class over the examples labelled with it. An example is suspect
 * when the most probable of the classes that reach their thresholds is not its label.
 *
 * @param labels given class indices, some of which may be wrong
 * @param probabilities shape `[examples, classes]`, predicted by a model that was not trained on these examples: on a
 *   validation set, or by cross-validation
 * @returns the most suspect first
 * @throws {UserError} when there are no examples, the lengths differ, or a row does not hold probabilities that sum to 1
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const probabilities = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]];
 * metrics.suspectLabels([0, 0, 0, 1], probabilities).map(({ index, suggested }) => [index, suggested]); // => [ [ 2, 1 ] ]
 * ```
 */
export function suspectLabels(labels: ArrayLike<number>, probabilities: ArrayLike<ArrayLike<number>>): LabelIssue[] {
  checkProbabilities('suspectLabels', labels, probabilities);
  const rows = Array.from(probabilities, (row) => Array.from(row));
  const thresholds = rows[0]!.map((_, c) => thresholdOf(rows.filter((_, i) => labels[i] === c).map((row) => row[c]!)));
  return rows
    .flatMap((row, index): LabelIssue[] => {
      const label = labels[index]!;
      const confident = row.map((p, c) => (p >= thresholds[c]! - 1e-6 ? p : -1));
      const suggested = argmax(confident);
      if (confident[suggested]! < 0 || suggested === label || argmax(row) === label) return [];
      return [{ index, label, suggested, selfConfidence: row[label]!, margin: row[suggested]! - row[label]! }];
    })
    .sort((a, b) => b.margin - a.margin || a.index - b.index);
}

/** The mean; for a class without examples 2, a threshold that no probability reaches. */
function thresholdOf(values: readonly number[]): number {
  return values.length === 0 ? 2 : meanOf(values);
}
