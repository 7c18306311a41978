import { UserError } from '../errors';
import { checkNumber, withDefaults } from '../options';
import { Random } from '../random';
import type { Dataset, Example, Split } from './dataset';

export interface SplitOptions {
  /** part of each class that goes to validation, between 0 and 1 */
  validation?: number;
  seed?: number;
}

/**
 * Split a dataset into training and validation, class by class in the same proportion (stratified), with all pictures
 * of a group on the same side. The same seed gives the same split.
 *
 * A folder that already has `train` and `validation` parts keeps them; its `test` part is left alone. One with `train` and
 * `test` only is split within `train`.
 *
 * @throws {UserError} if a class would have nothing to train on, or nothing at all would be left for validation
 */
export function splitDataset(dataset: Dataset, options?: SplitOptions): Split {
  const { validation: fraction, seed } = withDefaults('splitDataset', options, { validation: 0.25, seed: 0 });
  checkNumber('splitDataset: validation', fraction, { min: 0.01, max: 0.99 });
  checkNumber('splitDataset: seed', seed, { integer: true });
  if (dataset.classes.length === 0) throw new UserError('pictures without labels cannot be split, nor trained on');
  const given = (subset: Example['subset']) => dataset.examples.filter((example) => example.subset === subset);
  const split =
    given('validation').length > 0
      ? { train: given('train'), validation: given('validation') }
      : drawSplit(
          given('train').length > 0 ? given('train') : dataset.examples,
          dataset.classes.length,
          fraction,
          seed,
        );
  const empty = dataset.classes.filter((_, label) => !split.train.some((example) => example.label === label));
  if (empty.length > 0) {
    throw new UserError(
      `no picture of class '${empty[0]}' to train on: add pictures (or groups) to it, or remove its folder`,
    );
  }
  if (split.validation.length === 0) {
    throw new UserError(
      'no picture left for validation: each class needs at least two pictures (of two groups, where there are groups)',
    );
  }
  return split;
}

/**
 * Walk through the groups in random order and put one into validation whenever that brings the validation part closer to
 * the wanted number of pictures in every class (least squares over classes), as long as training keeps one of each class.
 */
function drawSplit(examples: readonly Example[], classes: number, fraction: number, seed: number): Split {
  const groups = groupBy(examples, (example) => example.group ?? example.file);
  const total = new Array<number>(classes).fill(0);
  for (const { label } of examples) total[label]!++;
  const missing = total.map((count) => Math.max(Math.min(1, count - 1), Math.round(count * fraction)));
  const left = [...total];
  const split: Split = { train: [], validation: [] };
  for (const [, members] of new Random(seed, 'split').shuffled([...groups])) {
    const counts = new Map<number, number>();
    for (const { label } of members) counts.set(label, (counts.get(label) ?? 0) + 1);
    const gain = [...counts].reduce((sum, [label, n]) => sum + missing[label]! ** 2 - (missing[label]! - n) ** 2, 0);
    const trainable = [...counts].every(([label, n]) => left[label]! - n >= 1);
    if (gain > 0 && trainable) {
      for (const [label, n] of counts) {
        missing[label]! -= n;
        left[label]! -= n;
      }
      split.validation.push(...members);
    } else {
      split.train.push(...members);
    }
  }
  return split;
}

/** Map.groupBy, which Node 20 lacks. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
