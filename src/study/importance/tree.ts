import type { Random } from '../../core/random';
import { meanOf } from '../statistics';
import type { AxisCells } from './cells';

/** A configuration as the cells of its values, in the order of the axes, and its result. */
export interface Sample {
  cells: readonly number[];
  value: number;
}

/** The cells of each axis that a leaf covers, with the mean of its samples. */
export interface Leaf {
  cells: readonly (readonly number[])[];
  value: number;
}

/** A regression tree. */
export interface Tree {
  leaves: Leaf[];
  predict(cells: readonly number[]): number;
}

type Node = { value: number } | { axis: number; lower: ReadonlySet<number>; left: Node; right: Node };

interface Split {
  axis: number;
  /** the cells of the left side */
  lower: number[];
  /** by how much it reduces the sum of squares, up to a constant */
  gain: number;
}

/**
 * Grow a regression tree (Breiman et al. 1984): divide the samples where that reduces the sum of squares most, until those of a leaf are
 * equal. Cells without an order are sorted by the mean of their samples first, which finds the best division of them (Fisher 1958).
 */
export function growTree(axes: readonly AxisCells[], samples: readonly Sample[], random: Random): Tree {
  const leaves: Leaf[] = [];
  const grow = (own: readonly Sample[], cells: readonly (readonly number[])[]): Node => {
    const split = bestSplit(axes, own, cells, random);
    if (!split) {
      const value = meanOf(own.map((sample) => sample.value));
      leaves.push({ cells, value });
      return { value };
    }
    const { axis } = split;
    const lower = new Set(split.lower);
    const side = (isLower: boolean) =>
      grow(
        own.filter((sample) => lower.has(sample.cells[axis]!) === isLower),
        cells.map((each, i) => (i === axis ? each.filter((cell) => lower.has(cell) === isLower) : each)),
      );
    return { axis, lower, left: side(true), right: side(false) };
  };
  const whole = axes.map(({ weights }) => weights.map((_, cell) => cell));
  const root = grow(samples, whole);
  return {
    leaves,
    predict(cells) {
      let node = root;
      while ('axis' in node) node = node.lower.has(cells[node.axis]!) ? node.left : node.right;
      return node.value;
    },
  };
}

function bestSplit(
  axes: readonly AxisCells[],
  samples: readonly Sample[],
  cells: readonly (readonly number[])[],
  random: Random,
): Split | undefined {
  if (samples.every(({ value }) => value === samples[0]!.value)) return undefined;
  let best: Split | undefined;
  // in random order, so that of axes that divide the samples equally well each is taken sometimes
  for (const axis of random.shuffled(axes.map((_, i) => i))) {
    const split = splitOf(axes[axis]!, axis, samples, cells[axis]!);
    if (split && split.gain > (best?.gain ?? Number.NEGATIVE_INFINITY) + 1e-12) best = split;
  }
  return best;
}

function splitOf(
  { isOrdered, weights }: AxisCells,
  axis: number,
  samples: readonly Sample[],
  cells: readonly number[],
): Split | undefined {
  const sums = new Map<number, { cell: number; count: number; sum: number }>();
  for (const { cells: own, value } of samples) {
    const cell = own[axis]!;
    const known = sums.get(cell) ?? { cell, count: 0, sum: 0 };
    known.count++;
    known.sum += value;
    sums.set(cell, known);
  }
  if (sums.size < 2) return undefined;
  const mean = ({ count, sum }: { count: number; sum: number }) => sum / count;
  const sorted = [...sums.values()].sort((a, b) =>
    isOrdered ? a.cell - b.cell : mean(a) - mean(b) || a.cell - b.cell,
  );
  const total = sorted.reduce((sum, each) => sum + each.sum, 0);
  let [count, sum, after, gain] = [0, 0, 0, Number.NEGATIVE_INFINITY];
  for (const [i, each] of sorted.slice(0, -1).entries()) {
    count += each.count;
    sum += each.sum;
    const reduced = sum ** 2 / count + (total - sum) ** 2 / (samples.length - count);
    if (reduced > gain) [gain, after] = [reduced, i];
  }
  const left = sorted.slice(0, after + 1).map(({ cell }) => cell);
  if (!isOrdered) return { axis, gain, lower: left }; // cells without samples are on the right
  const limit = middle(weights, sorted[after]!.cell, sorted[after + 1]!.cell);
  return { axis, gain, lower: cells.filter((cell) => cell <= limit) };
}

/** Of the cells from one with samples to before the next, the one whose end is nearest to the middle between the two. */
function middle(weights: readonly number[], from: number, to: number): number {
  const between = weights.slice(from + 1, to).reduce((sum, weight) => sum + weight, 0);
  const target = (weights[to]! / 2 + weights[from]! / 2 + between) / 2 - weights[from]! / 2;
  let [best, end, nearest] = [from, 0, Math.abs(target)];
  for (let cell = from + 1; cell < to; cell++) {
    end += weights[cell]!;
    if (Math.abs(end - target) < nearest) [best, nearest] = [cell, Math.abs(end - target)];
  }
  return best;
}
