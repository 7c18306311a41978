import { UserError } from '../../core/errors';
import { type Example, kFold } from '../../data';
import { UnionFind } from '../../data/checks/unionFind';
import { groupExamples, groupsOfClasses } from '../../data/groups';

/** Folds, unless their number is given or there are fewer groups. */
const FOLDS = 5;

/** How often labels are checked, and with which random numbers. */
export interface FoldOptions {
  /** undefined: 5, or as many as there are groups if they are fewer */
  folds: number | undefined;
  seed: number;
}

/**
 * Draw folds of all pictures, those of test parts included, in which groups stay together. Classes whose pictures are all of one
 * group are in no fold, as no model could know such a class without these pictures.
 *
 * @returns for each fold, the indices of its pictures
 * @throws {UserError} when fewer than two classes are left, or there are more folds than groups
 */
export function drawLabelFolds(
  examples: readonly Example[],
  classes: readonly string[],
  { folds, seed }: FoldOptions,
): number[][] {
  const groupsOf = groupsOfClasses(examples, classes.length);
  const kept = [...classes.keys()].filter((label) => groupsOf[label]! > 1);
  if (kept.length < 2) {
    throw new UserError(
      `checkLabels: ${kept.length} of ${classes.length} classes have two pictures (of two groups, where there are groups): labels can be checked with at least two such classes`,
    );
  }
  const indexOf = new Map<Example, number>();
  for (const [i, { subset: _, ...example }] of examples.entries()) {
    const label = kept.indexOf(example.label);
    if (label >= 0) indexOf.set({ ...example, label }, i);
  }
  const pool = [...indexOf.keys()];
  const dataset = { folder: '/', classes: kept.map((label) => classes[label]!), examples: pool, skipped: [] };
  const count = folds ?? Math.min(FOLDS, groupExamples(pool).length);
  return kFold(dataset, { folds: count, seed }).map(({ validation }) => validation.map((each) => indexOf.get(each)!));
}

/**
 * Put copies of one picture into one group, so that they are in one fold: a model would know a picture by its copy.
 *
 * @param hashes of the content of each picture
 */
export function groupCopies(examples: readonly Example[], hashes: readonly string[]): Example[] {
  const sets = new UnionFind(examples.length);
  for (const keys of [hashes, examples.map(({ group }) => group)]) {
    const first = new Map<string, number>();
    for (const [i, key] of keys.entries()) {
      if (key === undefined) continue;
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else sets.join(other, i);
    }
  }
  return examples.map((example, i) => ({ ...example, group: String(sets.rootOf(i)) }));
}
