import { UserError } from '../core/errors';
import type { ConfusionMatrix } from './confusion';

/** Precision, recall and F1, each from 0 to 1. */
export interface Scores {
  /** Fraction of the predictions of a class that are right. */
  precision: number;
  /** Fraction of the examples of a class that are predicted right. */
  recall: number;
  /** Harmonic mean of precision and recall. */
  f1: number;
}

/** Precision, recall and F1 of one class. */
export interface ClassScores extends Scores {
  /** Name of the class. */
  class: string;
  /** Number of examples whose true class it is. */
  support: number;
}

/** Precision, recall and F1 of every class, and their averages. */
export interface ClassReport {
  /** One for each class, in class order. */
  rows: ClassScores[];
  /** Mean over the classes: every class has the same weight. */
  macro: Scores;
  /** Mean over the classes, weighted by their support. */
  weighted: Scores;
  /** Fraction of all examples that are right, from 0 to 1. */
  accuracy: number;
  /** Number of all examples. */
  support: number;
}

/**
 * Precision, recall, F1 and support of each class, with macro and weighted averages.
 *
 * A score whose denominator is zero is 0, as in scikit-learn: the precision of a class that was never predicted, and the
 * recall of a class without examples. Classes without examples count in the macro average.
 *
 * @param matrix from `confusionMatrix`
 * @throws {UserError} when the matrix counts no examples
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const report = metrics.classReport(metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']));
 * report.rows[1]; // => { class: 'dog', precision: 0.5, recall: 1, f1: 0.6666666666666666, support: 1 }
 * report.macro.recall; // => 0.75
 * ```
 */
export function classReport({ classes, counts }: ConfusionMatrix): ClassReport {
  const rows = classes.map((name, c): ClassScores => {
    const right = counts[c]![c]!;
    const support = counts[c]!.reduce((sum, count) => sum + count, 0);
    const predicted = counts.reduce((sum, row) => sum + row[c]!, 0);
    return {
      class: name,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, support + predicted),
      support,
    };
  });
  const support = rows.reduce((sum, row) => sum + row.support, 0);
  if (support === 0) throw new UserError('classReport: the matrix counts no examples; give at least one');
  const right = counts.reduce((sum, row, c) => sum + row[c]!, 0);
  return {
    rows,
    macro: average(rows, () => 1),
    weighted: average(rows, (row) => row.support),
    accuracy: ratio(right, support),
    support,
  };
}

function average(rows: readonly ClassScores[], weight: (row: ClassScores) => number): Scores {
  const total = rows.reduce((sum, row) => sum + weight(row), 0);
  const mean = (key: keyof Scores) =>
    ratio(
      rows.reduce((sum, row) => sum + row[key] * weight(row), 0),
      total,
    );
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
