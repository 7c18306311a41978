import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkIndex, checkPairs } from './check';

/** How often each true class was predicted as each class. */
export interface ConfusionMatrix {
  classes: readonly string[];
  /** counts[true class][predicted class] */
  counts: readonly (readonly number[])[];
}

/** A pair of classes that were mixed up. */
export interface ConfusedPair {
  trueClass: string;
  predictedClass: string;
  /** examples of `trueClass` that were taken for `predictedClass` */
  count: number;
  /** that count over all examples of `trueClass`, from 0 to 1 */
  share: number;
}

/**
 * Count how often each true class was predicted as each class.
 *
 * @param labels true class indices
 * @param predictions predicted class indices, one for each label
 * @param classes the names of all classes, in the order of their indices
 * @throws {UserError} if there are no examples or no classes, the lengths differ, or an index is out of range
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
 * The pairs of classes that were mixed up most: by count, then by share of the true class, then in class order. Pairs
 * that never occurred are left out.
 *
 * @param matrix from {@link confusionMatrix}
 * @param limit at most this many pairs; 10 unless told
 * @throws {UserError} if `limit` is not a whole number of at least 1
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
 * The same matrix with its classes in another order: those that are mixed up stand beside each other, and the worst group
 * comes first. A chain from the most confused pair, to whose ends the class that is confused most with an end is added.
 *
 * @param matrix from {@link confusionMatrix}
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

/** The pair of classes that is mixed up most, or one class where none is. */
function startOf(left: ReadonlySet<number>, mixed: (a: number, b: number) => number): number[] {
  const all = [...left];
  let best = { pair: [all[0]!], count: 0 };
  for (const a of all) {
    for (const b of all) if (a < b && mixed(a, b) > best.count) best = { pair: [a, b], count: mixed(a, b) };
  }
  return best.pair;
}
