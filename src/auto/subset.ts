import { type Example, fewShot, type Split } from '../data';
import { someOf } from '../features/domain/domainReferences';

/** The part of the time that the features of one backbone may take. */
const SHARE = 0.5;

/** The part of the pictures that can be used in the time, from 0 to 1. */
export function shareInTime(pictures: number, secondsAPicture: number, seconds: number): number {
  const needed = pictures * secondsAPicture;
  return needed <= SHARE * seconds ? 1 : (SHARE * seconds) / needed;
}

/**
 * Reduce a split to a part of its pictures, the same for the same seed: of each class as many for training, at least two, where the class
 * has them; validation and test pictures are drawn at random.
 */
export function reduceSplit(split: Split, share: number, classes: number, seed: number): Split {
  if (share >= 1) return split;
  const counts = Array.from(
    { length: classes },
    (_, label) => split.train.filter((each) => each.label === label).length,
  );
  const shots = Math.max(2, Math.round((share * split.train.length) / classes));
  const train = counts.flatMap((count, label) => {
    const own: Split = { train: split.train.filter((each) => each.label === label), validation: [] };
    return fewShot(own, Math.max(1, Math.min(count, shots)), seed).train;
  });
  const some = (examples: readonly Example[]) =>
    someOf(examples, Math.min(examples.length, Math.max(2 * classes, Math.round(share * examples.length))), seed);
  return { train, validation: some(split.validation), ...(split.test && { test: some(split.test) }) };
}
