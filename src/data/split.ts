import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';
import { countClasses, groupExamples } from './groups';

/** What part of the pictures can be held out for validation. */
export const VALIDATION_RANGE = { min: 0.01, max: 0.99 };
/** What part of the pictures can be put aside for testing. */
export const TEST_RANGE = { min: 0, max: 0.9 };

/** Options of {@link splitDataset}. */
export interface SplitOptions {
  /** Fraction of each class for validation, from 0.01 to 0.99. Default: 0.25 */
  validation?: number;
  /** Fraction of each class for the test part, from 0 to 0.9. Default: 0 */
  test?: number;
  /** Random seed, a whole number. Default: 0 */
  seed?: number;
}

/**
 * Split a dataset into training, validation and optionally test data: stratified (each class in the same proportion), and with all
 * pictures of a group in one part. The same seed gives the same split; the test part is the same for every seed, so that no training
 * sees what another one puts aside.
 *
 * Parts given by the folder or table are kept: a dataset with `train` and `validation` is not split again, and one with `train` and
 * `test` only is split within `train`.
 *
 * @throws {UserError} when a class would have no training picture, no picture would be left for validation, or an option is unknown
 *   or out of range
 *
 * @example
 * ```ts
 * import { imageFolder, splitDataset } from 'tunebook';
 *
 * const split = splitDataset(imageFolder('photos'), { validation: 0.25, seed: 1 });
 * [split.train.length, split.validation.length]; // => [ 18, 6 ]
 * ```
 */
export function splitDataset(dataset: Dataset, options?: SplitOptions): Split {
  const given = withDefaults('splitDataset', options, { validation: 0.25, test: 0, seed: 0 });
  checkNumber('splitDataset: validation', given.validation, VALIDATION_RANGE);
  checkNumber('splitDataset: test', given.test, TEST_RANGE);
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

/** @throws {UserError} unless it is a dataset with classes */
export function checkLabelled(dataset: Dataset): void {
  const { classes, examples } = dataset ?? {};
  if (!Array.isArray(classes) || !Array.isArray(examples)) {
    const advice = (dataset as unknown) instanceof Promise ? 'put `await` before it' : "such as imageFolder('photos')";
    const got = typeof dataset === 'string' ? `the string '${dataset}'` : Object.prototype.toString.call(dataset);
    throw new UserError(`expected a dataset, ${advice}; got ${got}`);
  }
  if (classes.length === 0) throw new UserError('pictures without labels can be neither split nor trained on');
}

/**
 * The test part of a dataset: the one that the dataset gives, or a fraction of each class, which is the same for every seed.
 *
 * @param test fraction of each class, where the dataset gives no test part; 0: none
 */
export function findTestPart(dataset: Dataset, test: number): Example[] {
  const given = givenTestPart(dataset);
  if (given.length > 0 || test === 0) return given;
  return drawPart(trainable(dataset), dataset.classes.length, test, new Random(0, 'test split')).part;
}

/** The test part that a dataset gives; none where all is test, as the folder itself may be named test. */
function givenTestPart({ examples }: Dataset): Example[] {
  const test = examples.filter(({ subset }) => subset === 'test');
  return test.length < examples.length ? test : [];
}

/** The training part that a dataset gives, or all of it where it is not divided into training and validation. */
function trainable({ examples }: Dataset): Example[] {
  const divided = examples.some(({ subset }) => subset === 'train' || subset === 'validation');
  return divided ? examples.filter(({ subset }) => subset === 'train') : examples;
}

function partsOf(dataset: Dataset, { validation, test, seed }: Required<SplitOptions>): Split {
  const given = dataset.examples.filter(({ subset }) => subset === 'validation');
  const testExamples = findTestPart(dataset, test);
  const aside = new Set(testExamples);
  const rest = trainable(dataset).filter((example) => !aside.has(example));
  const isDrawn = givenTestPart(dataset).length === 0;
  const share = isDrawn ? validation / (1 - test) : validation; // of what is left when the test part was drawn
  const held = testExamples.length > 0 ? { test: testExamples } : {};
  if (given.length > 0) return { train: rest, validation: given, ...held };
  const parts = drawPart(rest, dataset.classes.length, share, new Random(seed, 'split'));
  return { train: parts.rest, validation: parts.part, ...held };
}

/**
 * Go through the groups in random order, and add a group to the part when that brings it closer to the wanted number of pictures
 * per class (least squares over classes) and leaves at least one picture of each class in the rest.
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
