import type { ColumnTable } from 'arquero';
import { arquero } from '../core/arquero';
import type { ConfusionMatrix } from './confusion';
import { classReport } from './report';

/**
 * Precision, recall, F1 and support of each class as an arquero table, with the macro and the weighted average as its
 * last two rows.
 *
 * @param matrix from `confusionMatrix`
 */
export function classTable(matrix: ConfusionMatrix): ColumnTable {
  const { rows, macro, weighted, support } = classReport(matrix);
  return arquero.from([
    ...rows.map(({ class: name, precision, recall, f1, support }) => ({ class: name, precision, recall, f1, support })),
    { class: 'macro average', ...macro, support },
    { class: 'weighted average', ...weighted, support },
  ]);
}
