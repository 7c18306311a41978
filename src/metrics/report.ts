import { UserError } from '../core/errors';
import type { ConfusionMatrix } from './confusion';

/** Precision, recall and their harmonic mean, each from 0 to 1. */
export interface Scores {
  precision: number;
  recall: number;
  f1: number;
}

/** The scores of one class. */
export interface ClassScores extends Scores {
  class: string;
  /** examples whose true class this is */
  support: number;
}

/** The scores of every class and their averages. */
export interface ClassReport {
  rows: ClassScores[];
  /** mean over the classes: each class counts the same */
  macro: Scores;
  /** mean over the examples: each class counts by its support */
  weighted: Scores;
  /** fraction of all examples that are right */
  accuracy: number;
  /** all examples */
  support: number;
}

/**
 * Precision, recall, F1 and support of each class, with macro and weighted averages.
 *
 * Where a score divides by zero it is 0, as in scikit-learn: the precision of a class that was never predicted, and the
 * recall of a class without examples. Classes without examples count in the macro average.
 *
 * @param matrix from `confusionMatrix`
 * @throws {UserError} if the matrix counts no examples
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
