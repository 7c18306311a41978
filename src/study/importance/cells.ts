import type { Axes } from '../axes';
import { type Label, labelOf } from '../axisValue';
import { checkRange, isRange, outerLimits, position } from '../range';

/** The values of an axis, divided into cells: each value of a list is one, and a range is divided between the values that were run. */
export interface AxisCells {
  axis: string;
  /** numbers have an order, so that a tree divides them into lower and higher ones */
  isOrdered: boolean;
  /** the part of the list, or of the range on its scale, that each cell has; their sum is 1 */
  weights: readonly number[];
  /** the cell of a value */
  cellOf: (label: Label) => number;
}

/** Of a list with more values only those that were run are used: its cells would take more time than they tell. */
const MOST_VALUES = 1000;

/** Divide an axis into cells. @param labels the values that were run */
export function cellsOf(axis: string, values: Axes[string] | undefined, labels: readonly Label[]): AxisCells {
  if (isRange(values)) return cellsOfRange(axis, values, labels as number[]);
  const listed = values !== undefined && values.length <= MOST_VALUES ? values.map(labelOf) : [];
  const all = [...new Set([...listed, ...labels])];
  const isOrdered = all.every((label) => typeof label === 'number');
  if (isOrdered) (all as number[]).sort((a, b) => a - b);
  const places = new Map(all.map((label, i) => [label, i]));
  return { axis, isOrdered, weights: all.map(() => 1 / all.length), cellOf: (label) => places.get(label)! };
}

function cellsOfRange(axis: string, values: Parameters<typeof checkRange>[1], labels: readonly number[]): AxisCells {
  const range = checkRange(axis, values);
  const [low, high] = outerLimits(range);
  const known = labels.filter((label) => label >= range.min && label <= range.max); // the axis may have been changed
  const positions = [...new Set(known)].sort((a, b) => a - b).map((label) => position(range, label));
  const inner = positions.slice(1).map((at, i) => (at + positions[i]!) / 2);
  const limits = [low, ...inner, high];
  return {
    axis,
    isOrdered: true,
    weights: limits.slice(1).map((limit, i) => (limit - limits[i]!) / (high - low)),
    cellOf: (label) => {
      const at = position(range, label as number);
      const above = inner.findIndex((limit) => at < limit);
      return above < 0 ? inner.length : above;
    },
  };
}
