import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import type { ConfusionMatrix } from './confusion';
import { classReport } from './report';

/**
 * Precision, recall, F1 and support of each class as an arquero table, with the macro average and the weighted average in its
 * last two rows. {@link classReport} gives the same numbers as an object.
 *
 * @param matrix from `confusionMatrix`
 * @returns a table with the columns `class`, `precision`, `recall`, `f1` (each from 0 to 1) and `support` (examples)
 * @throws {UserError} when the matrix counts no examples
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']);
 * metrics.classTable(matrix).print();
 * ```
 */
export function classTable(matrix: ConfusionMatrix): ColumnTable {
  const { rows, macro, weighted, support } = classReport(matrix);
  return arquero.from([
    ...rows.map(({ class: name, precision, recall, f1, support }) => ({ class: name, precision, recall, f1, support })),
    { class: 'macro average', ...macro, support },
    { class: 'weighted average', ...weighted, support },
  ]);
}
