import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';
import { countClasses, groupExamples } from './groups';
import { checkLabelled, findTestPart } from './split';

/** Options of {@link kFold}. */
export interface KFoldOptions {
  /** Number of folds, at least 2. Default: 5 */
  folds?: number;
  /** Random seed, a whole number. Default: 0 */
  seed?: number;
}

/**
 * k-fold cross-validation (Stone 1974): k splits, in each of which another fold is the validation part. Folds are stratified (each
 * has the same proportion of every class) as far as groups, which stay together, allow. When the dataset has parts, `train` and
 * `validation` are combined, and `test` stays as it is.
 *
 * @throws {UserError} when there are more folds than groups, or a class would be missing in training
 *
 * @example
 * ```ts
 * import { data, imageFolder } from 'tunebook';
 *
 * const folds = data.kFold(imageFolder('photos'), { folds: 4 });
 * folds.map(({ train, validation }) => [train.length, validation.length]); // => [ [ 18, 6 ], [ 18, 6 ], [ 18, 6 ], [ 18, 6 ] ]
 * ```
 */
export function kFold(dataset: Dataset, options?: KFoldOptions): Split[] {
  const { folds, seed } = withDefaults('kFold', options, { folds: 5, seed: 0 });
  checkNumber('kFold: folds', folds, { min: 2, integer: true });
  checkNumber('kFold: seed', seed, { integer: true });
  checkLabelled(dataset);
  const test = findTestPart(dataset, 0);
  const aside = new Set(test);
  const pool = dataset.examples.filter((example) => !aside.has(example));
  const groups = groupExamples(pool);
  if (groups.length < folds) {
    throw new UserError(
      `kFold: ${folds} folds, but only ${groups.length} groups or single pictures: give at most ${groups.length} folds`,
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
 * Assign each group, the largest first, to the fold with the smallest fraction of its classes so far: the sum of squared fractions
 * over folds and classes grows least. Of equal folds the smaller one is chosen.
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
