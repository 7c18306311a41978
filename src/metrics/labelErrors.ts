import { checkProbabilities } from './calibration';

/** An example whose label is perhaps wrong. */
export interface LabelIssue {
  /** its place among the labels given */
  index: number;
  label: number;
  /** the class it seems to be of */
  suggested: number;
  /** probability of its own label */
  selfConfidence: number;
  /** probability of the suggested class minus that of its own: the larger, the more suspect */
  margin: number;
}

/**
 * Examples whose labels are probably wrong, the most suspect first: confident learning (Northcutt, Jiang and Chuang
 * 2021), the off-diagonal of the confident joint ranked by normalized margin.
 *
 * A class is believed of an example if its probability is at least the mean probability of that class over the examples
 * labelled so; of several, the most probable. An example whose label is not the class believed of it is suspect.
 *
 * @param labels given class indices, mistakes included
 * @param probabilities of a model that has not been trained on these very examples: a validation set, or cross-validation
 *   // [examples, classes]
 * @throws {UserError} if there are no examples, the lengths differ or a probability is none
 */
export function suspectLabels(labels: ArrayLike<number>, probabilities: ArrayLike<ArrayLike<number>>): LabelIssue[] {
  checkProbabilities('suspectLabels', labels, probabilities);
  const rows = Array.from(probabilities, (row) => Array.from(row));
  const thresholds = rows[0]!.map((_, c) => meanOf(rows.filter((_, i) => labels[i] === c).map((row) => row[c]!)));
  return rows
    .flatMap((row, index): LabelIssue[] => {
      const label = labels[index]!;
      const believed = row.map((p, c) => (p >= thresholds[c]! - 1e-6 ? p : -1));
      const suggested = believed.indexOf(Math.max(...believed));
      if (believed[suggested]! < 0 || suggested === label || row.indexOf(Math.max(...row)) === label) return [];
      return [{ index, label, suggested, selfConfidence: row[label]!, margin: row[suggested]! - row[label]! }];
    })
    .sort((a, b) => b.margin - a.margin || a.index - b.index);
}

/** 2, which no probability reaches, for a class without examples: nothing can be believed of it. */
function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 2 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
