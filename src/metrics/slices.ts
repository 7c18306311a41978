import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { wilsonInterval } from './interval';

/** The accuracy on a part of the examples, with its 95% Wilson interval. */
export interface Slice {
  /** The value that its examples share, or the range of values. */
  slice: string;
  /** Number of examples predicted right. */
  right: number;
  /** Number of examples. */
  total: number;
  /** `right / total`, from 0 to 1. */
  accuracy: number;
  /** Lower limit of the 95% Wilson interval. */
  low: number;
  /** Upper limit of the 95% Wilson interval. */
  high: number;
}

/**
 * A row about one example: its true class as `label`, the predicted class as `predicted`, and any other columns.
 */
export type PredictionRow = Readonly<Record<string, unknown>> & {
  /** True class: its name or its index. */
  label: unknown;
  /** Predicted class: its name if `label` is a name, else its index. */
  predicted: unknown;
};

/** A column of numbers with more distinct values than this is divided at its quartiles. */
const MOST_VALUES = 8;

/**
 * The accuracy on each slice of the examples: the examples with the same value in a column, such as class, camera, source or
 * brightness.
 *
 * @param rows one for each example, as an array or an arquero table, with the columns `label` and `predicted`
 * @param by name of a column, or a function of a row; numbers with more than eight distinct values are divided at their
 *   quartiles
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
  by: string | ((row: PredictionRow) => unknown),
): Slice[] {
  const all = Array.isArray(rows) ? rows : ((rows as Pick<ColumnTable, 'objects'>).objects() as PredictionRow[]);
  if (all.length === 0) throw new UserError('sliceAccuracy: got no rows; give at least one example');
  if (typeof by === 'string' && !all.some((row) => by in row)) {
    throw new UserError(
      `sliceAccuracy: there is no column '${by}'; the columns are ${Object.keys(all[0]!).join(', ')}`,
    );
  }
  checkRows(all);
  const values = all.map((row) => (typeof by === 'string' ? row[by] : by(row)));
  const names = namesOf(values);
  const slices = new Map<string, { right: number; total: number }>();
  for (const [i, { label, predicted }] of all.entries()) {
    const slice = slices.get(names[i]!) ?? { right: 0, total: 0 };
    slices.set(names[i]!, slice);
    slice.total++;
    if (label === predicted) slice.right++;
  }
  return [...slices]
    .map(([slice, { right, total }]) => {
      const { estimate, low, high } = wilsonInterval(right, total);
      return { slice, right, total, accuracy: estimate, low, high };
    })
    .sort((a, b) => a.accuracy - b.accuracy || b.total - a.total || a.slice.localeCompare(b.slice));
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

/** The name of each value's slice. */
function namesOf(values: readonly unknown[]): string[] {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const distinct = new Set(numbers);
  if (distinct.size <= MOST_VALUES)
    return values.map((value) => (value === undefined || value === '' ? 'none' : String(value)));
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  const edges = [...new Set([at(0.25), at(0.5), at(0.75)])];
  const text = (value: number) => String(Number(value.toPrecision(3)));
  return values.map((value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'none';
    const above = edges.filter((edge) => value >= edge).length;
    if (above === 0) return `below ${text(edges[0]!)}`;
    return above === edges.length
      ? `from ${text(edges.at(-1)!)}`
      : `${text(edges[above - 1]!)} to ${text(edges[above]!)}`;
  });
}
