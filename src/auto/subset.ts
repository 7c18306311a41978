import { type Example, fewShot, type Split } from '../data';
import { someOf } from '../features/domain/domainReferences';

/** The parts of the time that the features of one backbone, and the evaluation on the test pictures, may take. */
const FEATURES = 0.5;
const TEST = 0.2;

/** The parts of the pictures that are used, from 0 to 1. */
export interface Shares {
  /** of those for training and validation */
  learning: number;
  /** of those for testing */
  test: number;
}

/** The parts of the pictures that can be used in the time. @param secondsAPicture to decode it, and to compute its features */
export function sharesInTime(
  { train, validation, test = [] }: Split,
  secondsAPicture: number,
  seconds: number,
): Shares {
  const share = (pictures: number, most: number) => Math.min(1, (most * seconds) / (pictures * secondsAPicture));
  return {
    learning: share(train.length + validation.length, FEATURES),
    test: test.length > 0 ? share(test.length, TEST) : 1,
  };
}

/**
 * Reduce a split to parts of its pictures, the same for the same seed: of each class as many for training, at least two, where the class
 * has them; validation and test pictures are drawn at random.
 */
export function reduceSplit(split: Split, shares: Shares, classes: number, seed: number): Split {
  const some = (examples: readonly Example[], share: number) => {
    const count = Math.min(examples.length, Math.max(2 * classes, Math.round(share * examples.length)));
    return share < 1 ? someOf(examples, count, seed) : [...examples];
  };
  const test = split.test && { test: some(split.test, shares.test) };
  const share = shares.learning;
  if (share >= 1) return { ...split, ...test };
  const counts = Array.from(
    { length: classes },
    (_, label) => split.train.filter((each) => each.label === label).length,
  );
  const shots = Math.max(2, Math.round((share * split.train.length) / classes));
  const train = counts.flatMap((count, label) => {
    const own: Split = { train: split.train.filter((each) => each.label === label), validation: [] };
    return fewShot(own, Math.max(1, Math.min(count, shots)), seed).train;
  });
  return { train, validation: some(split.validation, share), ...test };
}
