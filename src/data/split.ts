import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';
import { countClasses, groupExamples } from './groups';

/** What part of the pictures can be held out for validation. */
export const VALIDATION_RANGE = { min: 0.01, max: 0.99 };

export interface SplitOptions {
  /** part of each class that goes to validation, between 0 and 1; default 0.25 */
  validation?: number;
  /** part of each class that is put aside as test, between 0 and 1; default 0 */
  test?: number;
  /** default 0 */
  seed?: number;
}

/**
 * Split a dataset into training and validation, and test if wanted, class by class in the same proportion (stratified), with
 * all pictures of a group on the same side. The same seed gives the same split.
 *
 * Parts that the folder or table gives are kept: one with `train` and `validation` is not split again, one with `train` and
 * `test` only is split within `train`.
 *
 * @throws {UserError} if a class would have nothing to train on, or nothing at all would be left for validation
 */
export function splitDataset(dataset: Dataset, options?: SplitOptions): Split {
  const given = withDefaults('splitDataset', options, { validation: 0.25, test: 0, seed: 0 });
  checkNumber('splitDataset: validation', given.validation, VALIDATION_RANGE);
  checkNumber('splitDataset: test', given.test, { min: 0, max: 0.98 });
  checkNumber('splitDataset: seed', given.seed, { integer: true });
  if (given.validation + given.test > 0.995) {
    throw new UserError(
      `splitDataset: validation ${given.validation} and test ${given.test} leave nothing to train on`,
    );
  }
  checkLabelled(dataset);
  const split = partsOf(dataset, given);
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

/** @throws {UserError} if something is no dataset, or one without classes */
export function checkLabelled(dataset: Dataset): void {
  const { classes, examples } = dataset ?? {};
  if (!Array.isArray(classes) || !Array.isArray(examples)) {
    const advice = (dataset as unknown) instanceof Promise ? 'put `await` before it' : "such as imageFolder('photos')";
    const got = typeof dataset === 'string' ? `the text '${dataset}'` : Object.prototype.toString.call(dataset);
    throw new UserError(`expected a dataset, ${advice}; got ${got}`);
  }
  if (classes.length === 0) throw new UserError('pictures without labels cannot be split, nor trained on');
}

function partsOf(dataset: Dataset, { validation, test, seed }: Required<SplitOptions>): Split {
  const part = (subset: Example['subset']) => dataset.examples.filter((example) => example.subset === subset);
  const classes = dataset.classes.length;
  const [given, validationPart, testPart] = [part('train'), part('validation'), part('test')];
  let rest = given.length > 0 || validationPart.length > 0 ? given : dataset.examples;
  let putAside = given.length > 0 || validationPart.length > 0 ? testPart : [];
  let share = validation;
  if (test > 0 && putAside.length === 0) {
    const drawn = drawPart(rest, classes, test, new Random(seed, 'test split'));
    [rest, putAside] = [drawn.rest, drawn.part];
    share = validation / (1 - test);
  }
  const aside = putAside.length > 0 ? { test: putAside } : {};
  if (validationPart.length > 0) return { train: rest, validation: validationPart, ...aside };
  const drawn = drawPart(rest, classes, share, new Random(seed, 'split'));
  return { train: drawn.rest, validation: drawn.part, ...aside };
}

/**
 * Walk through the groups in random order and take one whenever that brings the part closer to the wanted number of pictures
 * in every class (least squares over classes), as long as the rest keeps one of each class.
 */
function drawPart(
  examples: readonly Example[],
  classes: number,
  fraction: number,
  random: Random,
): { rest: Example[]; part: Example[] } {
  const left = countClasses(examples, classes);
  const missing = left.map((count) => Math.max(Math.min(1, count - 1), Math.round(count * fraction)));
  const [rest, part]: [Example[], Example[]] = [[], []];
  for (const members of random.shuffled(groupExamples(examples))) {
    const counts = [...countClasses(members, classes).entries()].filter(([, count]) => count > 0);
    const gain = counts.reduce((sum, [label, n]) => sum + missing[label]! ** 2 - (missing[label]! - n) ** 2, 0);
    const leavesSome = counts.every(([label, n]) => left[label]! - n >= 1);
    if (gain > 0 && leavesSome) {
      for (const [label, n] of counts) {
        missing[label]! -= n;
        left[label]! -= n;
      }
      part.push(...members);
    } else {
      rest.push(...members);
    }
  }
  return { rest, part };
}
