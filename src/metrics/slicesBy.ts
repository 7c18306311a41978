import { benjaminiHochberg } from './falseDiscovery';
import { fisherExact } from './fisherExact';
import { accuracyOf, type GroupedAccuracy, GroupTotals } from './groupedAccuracy';
import type { PredictionRow, Slice } from './slice';

/** A column of numbers with more distinct values than this is divided at its quartiles. */
const MOST_VALUES = 8;

/** A slice that was not yet compared with others. */
export type AloneSlice = Omit<Slice, 'adjusted'>;

/** Adjust the p values of slices for their number, and put the lowest accuracy first. */
export function comparedSlices<T extends AloneSlice>(slices: readonly T[]): (T & { adjusted: number })[] {
  const adjusted = benjaminiHochberg(slices.map(({ p }) => p));
  return slices
    .map((slice, i) => ({ ...slice, adjusted: adjusted[i]! }))
    .sort((a, b) => a.accuracy - b.accuracy || b.total - a.total || a.slice.localeCompare(b.slice));
}

/**
 * The slices of some rows by one property, each with the indices of its rows.
 *
 * @param values of the property, one for each row
 */
export function slicesBy(
  by: string,
  rows: readonly PredictionRow[],
  values: readonly unknown[],
  confidence = 0.95,
): (AloneSlice & { rows: readonly number[] })[] {
  const names = namesOf(values);
  const members = new Map<string, number[]>();
  for (const [i, name] of names.entries()) {
    const own = members.get(name);
    if (own) own.push(i);
    else members.set(name, [i]);
  }
  const whole = countedGroups(rows, rows.keys());
  const all = totalsOf(whole);
  return [...members].map(([slice, indices]) => {
    const part = countedGroups(rows, indices);
    const accuracy = accuracyOf(totalsOf(part), confidence);
    // the groups of the slice may have examples outside of it
    const rest = all.copy();
    for (const [group, { right, size }] of part) {
      const { right: allRight, size: allSize } = whole.get(group)!;
      rest.add(allRight, allSize, -1);
      rest.add(allRight - right, allSize - size);
    }
    return {
      ...{ by, slice, total: indices.length, groups: accuracy.groups, accuracy: accuracy.estimate },
      right: indices.filter((i) => rows[i]!.label === rows[i]!.predicted).length,
      ...{ low: accuracy.low, high: accuracy.high },
      baseline: mostFrequent(indices.map((i) => rows[i]!.label)) / indices.length,
      p: rest.examples === 0 ? 1 : differenceOf(accuracy, accuracyOf(rest, confidence)),
      rows: indices,
    };
  });
}

/** Fisher's exact test with as many examples as are effective: without groups, all of them. */
function differenceOf(slice: GroupedAccuracy, rest: GroupedAccuracy): number {
  const [total, otherTotal] = [slice, rest].map(({ effective }) => Math.max(1, Math.round(effective))) as [
    number,
    number,
  ];
  return fisherExact(Math.round(slice.estimate * total), total, Math.round(rest.estimate * otherTotal), otherTotal);
}

/** How many examples of each group there are, and how many are right; the key of an example without a group is its row. */
function countedGroups(rows: readonly PredictionRow[], indices: Iterable<number>) {
  const groups = new Map<string | number, { right: number; size: number }>();
  for (const i of indices) {
    const { group, label, predicted } = rows[i]!;
    const key = group === undefined || group === null || group === '' ? i : String(group);
    const counts = groups.get(key) ?? { right: 0, size: 0 };
    groups.set(key, counts);
    counts.size++;
    if (label === predicted) counts.right++;
  }
  return groups;
}

function totalsOf(groups: ReturnType<typeof countedGroups>): GroupTotals {
  const totals = new GroupTotals();
  for (const { right, size } of groups.values()) totals.add(right, size);
  return totals;
}

function mostFrequent(labels: readonly unknown[]): number {
  const counts = new Map<unknown, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values());
}

/** The name of each value's slice. */
function namesOf(values: readonly unknown[]): string[] {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const distinct = new Set(numbers);
  if (distinct.size <= MOST_VALUES)
    return values.map((value) => (value === undefined || value === null || value === '' ? 'none' : String(value)));
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
