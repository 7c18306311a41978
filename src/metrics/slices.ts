import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { checkConfidence } from './normal';
import type { PredictionRow, Slice } from './slice';
import { comparedSlices, slicesBy } from './slicesBy';

/** Options of {@link sliceAccuracy}. */
export interface SliceOptions {
  /** Slices of fewer examples are left out, and count as no comparison. Default: 1 */
  least?: number;
  /** Confidence level of the intervals, between 0 and 1. Default: 0.95 */
  confidence?: number;
}

/**
 * The accuracy on each slice of the examples: the examples with the same value in a column, such as class, camera, source or
 * brightness.
 *
 * Of many slices some are low by chance. So each is compared with all other examples, and its p value is adjusted for the number of
 * slices; the intervals are those of single slices.
 *
 * @param rows one for each example, as an array or an arquero table, with the columns `label` and `predicted`, and `group` where
 *   there are groups
 * @param by name of a column, a list of names, or a function of a row; numbers with more than eight distinct values are divided at
 *   their quartiles
 * @returns the lowest accuracy first; a slice of few examples has a wide interval, and is often the lowest by chance
 * @throws {UserError} when there are no rows or no such column, or the label and prediction of a row cannot be compared
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const rows = [
 *   { label: 'cat', predicted: 'cat', camera: 'phone' },
 *   { label: 'dog', predicted: 'cat', camera: 'phone' },
 *   { label: 'dog', predicted: 'dog', camera: 'reflex' },
 * ];
 * metrics.sliceAccuracy(rows, 'camera').map(({ slice, accuracy }) => `${slice} ${accuracy}`); // => [ 'phone 0.5', 'reflex 1' ]
 * ```
 */
export function sliceAccuracy(
  rows: readonly PredictionRow[] | Pick<ColumnTable, 'objects'>,
  by: string | readonly string[] | ((row: PredictionRow) => unknown),
  options?: SliceOptions,
): Slice[] {
  const { least, confidence } = withDefaults('sliceAccuracy', options, { least: 1, confidence: 0.95 });
  checkNumber('sliceAccuracy: least', least, { min: 1 });
  checkConfidence('sliceAccuracy', confidence);
  const all = Array.isArray(rows) ? rows : ((rows as Pick<ColumnTable, 'objects'>).objects() as PredictionRow[]);
  if (all.length === 0) throw new UserError('sliceAccuracy: got no rows; give at least one example');
  const columns = typeof by === 'function' ? [] : [by].flat();
  const unknown = columns.find((column) => !all.some((row) => column in row));
  if (unknown !== undefined) {
    throw new UserError(
      `sliceAccuracy: there is no column '${unknown}'; the columns are ${Object.keys(all[0]!).join(', ')}`,
    );
  }
  checkRows(all);
  const found =
    typeof by === 'function'
      ? slicesBy('', all, all.map(by), confidence)
      : columns.flatMap((column) =>
          slicesBy(
            column,
            all,
            all.map((row) => row[column]),
            confidence,
          ),
        );
  const enough = found.filter(({ total }) => total >= least);
  return comparedSlices(enough).map(({ rows: _, ...slice }) => slice);
}

/**
 * The result of {@link sliceAccuracy} as an arquero table, for a notebook.
 *
 * @param given the arguments of {@link sliceAccuracy}
 * @throws {UserError} as {@link sliceAccuracy} does
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const rows = [
 *   { label: 'cat', predicted: 'cat', camera: 'phone' },
 *   { label: 'dog', predicted: 'cat', camera: 'reflex' },
 * ];
 * metrics.sliceTable(rows, 'camera').print();
 * ```
 */
export function sliceTable(...given: Parameters<typeof sliceAccuracy>): ColumnTable {
  return arquero.from(sliceAccuracy(...given));
}

/**
 * Without this check a missing column, or names compared with indices, would give a wrong accuracy silently.
 *
 * @throws {UserError} unless every row has a label and a prediction of the same type
 */
function checkRows(rows: readonly PredictionRow[]): void {
  const missing = ['label', 'predicted'].find((column) => rows.some((row) => row[column] === undefined));
  if (missing) {
    throw new UserError(
      `sliceAccuracy: a row has no '${missing}'; every row needs 'label' and 'predicted', got ${Object.keys(rows[0]!).join(', ')}`,
    );
  }
  const mixed = rows.find(({ label, predicted }) => typeof label !== typeof predicted);
  if (mixed) {
    const { label, predicted } = mixed;
    throw new UserError(
      `sliceAccuracy: the label ${JSON.stringify(label)} cannot be compared with the prediction ${JSON.stringify(predicted)}; give class names for both, or indices for both`,
    );
  }
}
