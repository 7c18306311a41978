import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { Random } from '../core/random';
import type { Dataset, Example, Split } from './dataset';

/**
 * A split with n training pictures a class only (few-shot); validation and test stay whole. For the same seed, fewer shots
 * are some of more shots.
 *
 * @param shots training pictures a class
 * @throws {UserError} if a class has fewer
 */
export function fewShot(split: Split, shots: number, seed = 0): Split {
  checkNumber('fewShot: shots', shots, { min: 1, integer: true });
  const classes = shuffledClasses(split.train, seed);
  for (const [label, members] of classes) {
    if (members.length >= shots) continue;
    throw new UserError(`fewShot: ${shots} pictures a class, but class ${label} has ${members.length} to train on`);
  }
  return { ...split, train: classes.flatMap(([, members]) => members.slice(0, shots)) };
}

export interface LearningCurveOptions {
  /** parts of the training pictures; default [0.1, 0.25, 0.5, 1] */
  fractions?: readonly number[];
  /** default 0 */
  seed?: number;
}

/**
 * Splits with growing parts of the training pictures, to see what more of them would bring. Each holds the ones before it
 * (nested), and the same part of every class, at least one picture. Validation and test stay whole.
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
 * A dataset that comes with a split of one's own: `train` and whatever else splits a dataset keep to it.
 *
 * @param split of this dataset; examples in none of its parts are left out
 */
export function withSplit(dataset: Dataset, { train, validation, test = [] }: Split): Dataset {
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
