import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';

/**
 * Reduce a split to n training pictures per class (few-shot learning). Validation and test data do not change. With the same seed,
 * the pictures for fewer shots are a subset of those for more.
 *
 * @param shots training pictures per class, at least 1
 * @param seed random seed. Default: 0
 * @throws {UserError} when a class has fewer training pictures
 *
 * @example
 * ```ts
 * import { fewShot, imageFolder, splitDataset } from 'tunebook';
 *
 * const split = splitDataset(imageFolder('photos'));
 * fewShot(split, 2).train.length; // => 6
 * ```
 */
export function fewShot(split: Split, shots: number, seed = 0): Split {
  checkNumber('fewShot: shots', shots, { min: 1, integer: true });
  const classes = shuffledClasses(split.train, seed);
  for (const [label, members] of classes) {
    if (members.length >= shots) continue;
    throw new UserError(
      `fewShot: expected ${shots} training pictures per class, but class ${label} has ${members.length}`,
    );
  }
  return { ...split, train: classes.flatMap(([, members]) => members.slice(0, shots)) };
}

/** Options of {@link learningCurveSplits}. */
export interface LearningCurveOptions {
  /** Fractions of the training pictures, above 0 and up to 1. Default: [0.1, 0.25, 0.5, 1] */
  fractions?: readonly number[];
  /** Random seed. Default: 0 */
  seed?: number;
}

/**
 * Splits with increasing fractions of the training pictures, to measure how much more training data helps (a learning curve). They
 * are nested, and have the same fraction of every class, at least one picture. Validation and test data do not change.
 *
 * @returns one split for each fraction
 * @throws {UserError} on an unknown option, or a fraction out of range
 *
 * @example
 * ```ts
 * import { data, imageFolder, splitDataset } from 'tunebook';
 *
 * const split = splitDataset(imageFolder('photos'));
 * data.learningCurveSplits(split, { fractions: [0.5, 1] }).map(({ train }) => train.length); // => [ 9, 18 ]
 * ```
 */
export function learningCurveSplits(split: Split, options?: LearningCurveOptions): Split[] {
  const { fractions, seed } = withDefaults('learningCurveSplits', options, {
    fractions: [0.1, 0.25, 0.5, 1] as readonly number[],
    seed: 0,
  });
  for (const fraction of fractions) checkNumber('learningCurveSplits: fractions', fraction, { min: 1e-6, max: 1 });
  const classes = shuffledClasses(split.train, seed);
  return fractions.map((fraction) => ({
    ...split,
    train: classes.flatMap(([, members]) => members.slice(0, Math.max(1, Math.round(members.length * fraction)))),
  }));
}

/**
 * Fix the split of a dataset: `train`, `splitDataset` and `study` use it instead of drawing one.
 *
 * @param split parts of this dataset; pictures in none of them are left out
 *
 * @example
 * ```ts
 * import { data, imageFolder, withSplit } from 'tunebook';
 *
 * const photos = imageFolder('photos');
 * const [fold] = data.kFold(photos, { folds: 2 });
 * const dataset = fold ? withSplit(photos, fold) : photos;
 * dataset.examples.filter(({ subset }) => subset === 'train').length; // => 12
 * ```
 */
export function withSplit(dataset: Dataset, split: Split): Dataset {
  const { train, validation, test = [] } = split;
  const of = (examples: readonly Example[], subset: Example['subset']) =>
    examples.map((example) => ({ ...example, subset }));
  return { ...dataset, examples: [...of(train, 'train'), ...of(validation, 'validation'), ...of(test, 'test')] };
}

/** Labels with their examples in random order. */
function shuffledClasses(examples: readonly Example[], seed: number): [number, Example[]][] {
  const labels = [...new Set(examples.map(({ label }) => label))].sort((a, b) => a - b);
  return labels.map((label) => [
    label,
    new Random(seed, `subset of class ${label}`).shuffled(examples.filter((example) => example.label === label)),
  ]);
}
