import type { ColumnTable } from 'arquero';
import { arquero } from '../core/arquero';
import { UserError } from '../core/errors';
import { wilsonInterval } from './interval';

/** How good a model is on a part of the examples. */
export interface Slice {
  slice: string;
  right: number;
  total: number;
  accuracy: number;
  /** limits of the 95% Wilson interval */
  low: number;
  high: number;
}

/** A row about one example: its class, the predicted one, and anything else. */
export type PredictionRow = Readonly<Record<string, unknown>> & { label: unknown; predicted: unknown };

/** A column of numbers with more distinct values than this is cut into four parts of equal size. */
const most = 8;

/**
 * The accuracy on every part of the examples that a column tells apart: a class, a camera, a source, the brightness.
 *
 * @param rows one an example: an arquero table's or an array's
 * @param by name of a column, or a function of a row; numbers with more than eight values become quarters
 * @returns the worst slice first; a slice of few examples has a wide interval, and is often the worst by chance
 * @throws {UserError} if there are no rows or no such column, or a row's label and prediction cannot be compared
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

/** The slices as an arquero table, for a notebook. */
export function sliceTable(...given: Parameters<typeof sliceAccuracy>): ColumnTable {
  return arquero.from(sliceAccuracy(...given));
}

/** Every row has a label and a prediction, both names or both indices: else all would be wrong, or right, without a word. */
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

/** The name of the slice that each value lies in. */
function namesOf(values: readonly unknown[]): string[] {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const distinct = new Set(numbers);
  if (distinct.size <= most)
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
