import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';
import { countClasses, groupExamples } from './groups';
import { checkLabelled } from './split';

export interface KFoldOptions {
  /** default 5 */
  folds?: number;
  /** default 0 */
  seed?: number;
}

/**
 * k-fold cross-validation (Stone 1974): k splits, in which each picture is validated on once. Folds have the same part of
 * every class (stratified), as far as groups that stay together allow. A `test` part that the dataset gives is left alone;
 * its `train` and `validation` parts are taken together.
 *
 * @example for (const fold of kFold(photos)) await train(withSplit(photos, fold))
 * @throws {UserError} if there are more folds than groups, or a class would be missing in training
 */
export function kFold(dataset: Dataset, options?: KFoldOptions): Split[] {
  const { folds, seed } = withDefaults('kFold', options, { folds: 5, seed: 0 });
  checkNumber('kFold: folds', folds, { min: 2, integer: true });
  checkNumber('kFold: seed', seed, { integer: true });
  checkLabelled(dataset);
  const given = dataset.examples.some(({ subset }) => subset === 'train' || subset === 'validation');
  const isTest = ({ subset }: Example) => given && subset === 'test';
  const pool = dataset.examples.filter((example) => !isTest(example));
  const test = dataset.examples.filter(isTest);
  const groups = groupExamples(pool);
  if (groups.length < folds) {
    throw new UserError(
      `kFold: ${folds} folds of ${groups.length} groups or single pictures: give at most ${groups.length}`,
    );
  }
  const parts = assign(groups, dataset.classes.length, folds, new Random(seed, 'k-fold'));
  const wanted = countClasses(pool, dataset.classes.length);
  return parts.map((validation) => {
    const counts = countClasses(validation, dataset.classes.length);
    const missing = dataset.classes.find((_, label) => counts[label] === wanted[label]);
    if (missing !== undefined) {
      throw new UserError(`kFold: all pictures of class '${missing}' are in one fold: it needs at least two groups`);
    }
    const held = new Set(validation);
    const train = pool.filter((example) => !held.has(example));
    return { train, validation, ...(test.length > 0 && { test }) };
  });
}

/**
 * Give each group, the largest first, to the fold that has the smallest part of its classes so far: the sum of squared parts
 * over folds and classes grows least. The smaller fold decides between equal ones.
 */
function assign(groups: readonly Example[][], classes: number, folds: number, random: Random): Example[][] {
  const total = countClasses(groups.flat(), classes);
  const parts = Array.from({ length: folds }, () => ({ members: [] as Example[], counts: new Array(classes).fill(0) }));
  for (const members of random.shuffled(groups).sort((a, b) => b.length - a.length)) {
    const counts = countClasses(members, classes);
    const growth = (part: (typeof parts)[number]) =>
      counts.reduce(
        (sum, n, label) => (n > 0 ? sum + (n * (n + 2 * part.counts[label])) / total[label]! ** 2 : sum),
        0,
      );
    const [best] = parts
      .map((part) => ({ part, growth: growth(part) }))
      .sort((a, b) => a.growth - b.growth || a.part.members.length - b.part.members.length);
    best!.part.members.push(...members);
    counts.forEach((n, label) => {
      best!.part.counts[label] += n;
    });
  }
  return parts.map(({ members }) => members);
}
