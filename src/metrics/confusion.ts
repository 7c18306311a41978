import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkIndex, checkPairs } from './check';

/** How often each true class was predicted as each class. */
export interface ConfusionMatrix {
  /** Class names, in the order of the rows and columns. */
  classes: readonly string[];
  /** Examples by true class (row) and predicted class (column), shape `[classes, classes]`. */
  counts: readonly (readonly number[])[];
}

/** A true class and a class that it was mistaken for. */
export interface ConfusedPair {
  /** The class of the examples. */
  trueClass: string;
  /** The class that was predicted instead. */
  predictedClass: string;
  /** Examples of `trueClass` that were predicted as `predictedClass`. */
  count: number;
  /** `count` divided by the number of examples of `trueClass`, from 0 to 1. */
  share: number;
}

/**
 * Count how often each true class was predicted as each class.
 *
 * @param labels true class indices
 * @param predictions predicted class indices, one for each label
 * @param classes the names of all classes, in the order of their indices
 * @throws {UserError} when there are no examples or no classes, the lengths differ, or an index is out of range
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']).counts; // => [ [ 1, 1 ], [ 0, 1 ] ]
 * ```
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: readonly string[],
): ConfusionMatrix {
  if (classes.length === 0) throw new UserError('confusionMatrix: got no classes; give the name of each class');
  checkPairs('confusionMatrix', labels, predictions);
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const truth = checkIndex('confusionMatrix', 'label', labels, i, classes.length);
    const predicted = checkIndex('confusionMatrix', 'prediction', predictions, i, classes.length);
    counts[truth]![predicted]!++;
  }
  return { classes: [...classes], counts };
}

/**
 * The most frequent confusions, sorted by count, then by share of the true class, then in class order. Pairs that never
 * occurred are left out.
 *
 * @param matrix from {@link confusionMatrix}
 * @param limit the most pairs to return, at least 1. Default: 10
 * @throws {UserError} when `limit` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']);
 * metrics.mostConfused(matrix)[0]; // => { trueClass: 'cat', predictedClass: 'dog', count: 1, share: 0.5 }
 * ```
 */
export function mostConfused({ classes, counts }: ConfusionMatrix, limit = 10): ConfusedPair[] {
  checkNumber('mostConfused: limit', limit, { min: 1, integer: true });
  const pairs: ConfusedPair[] = [];
  for (const [t, row] of counts.entries()) {
    const support = row.reduce((sum, count) => sum + count, 0);
    for (const [p, count] of row.entries()) {
      if (t === p || count === 0) continue;
      pairs.push({ trueClass: classes[t]!, predictedClass: classes[p]!, count, share: count / support });
    }
  }
  return pairs.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, limit); // sort is stable
}

/**
 * Reorder the classes of a confusion matrix so that classes which are often confused stand next to each other, the most
 * confused first. Greedy: it starts with the most confused pair and repeatedly adds, at either end, the class that is confused
 * most with the class at that end.
 *
 * @param matrix from {@link confusionMatrix}
 * @returns a new matrix; the given one is not changed
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 1, 2, 2], [0, 1, 0, 2], ['cat', 'car', 'lion']);
 * metrics.sortByConfusion(matrix).classes; // => [ 'cat', 'lion', 'car' ]
 * ```
 */
export function sortByConfusion({ classes, counts }: ConfusionMatrix): ConfusionMatrix {
  const mixed = (a: number, b: number) => counts[a]![b]! + counts[b]![a]!;
  const left = new Set(classes.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const chain = startOf(left, mixed);
    for (const c of chain) left.delete(c);
    for (;;) {
      const best = [...left]
        .flatMap((c) => [chain[0]!, chain.at(-1)!].map((end) => ({ c, end, count: mixed(c, end) })))
        .reduce((most, each) => (each.count > most.count ? each : most), { c: -1, end: -1, count: 0 });
      if (best.c < 0) break;
      if (best.end === chain.at(-1)) chain.push(best.c);
      else chain.unshift(best.c);
      left.delete(best.c);
    }
    order.push(...chain);
  }
  return { classes: order.map((c) => classes[c]!), counts: order.map((t) => order.map((p) => counts[t]![p]!)) };
}

/** The pair of classes that is confused most, or a single class when no confusion is left. */
function startOf(left: ReadonlySet<number>, mixed: (a: number, b: number) => number): number[] {
  const all = [...left];
  let best = { pair: [all[0]!], count: 0 };
  for (const a of all) {
    for (const b of all) if (a < b && mixed(a, b) > best.count) best = { pair: [a, b], count: mixed(a, b) };
  }
  return best.pair;
}
