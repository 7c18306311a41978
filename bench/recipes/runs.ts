import type { Dataset } from '../../src/data';
import { type TrainOptions, train } from '../../src/training';

/** What one training came to. */
export interface Measured {
  seed: number;
  /** of the test pictures */
  accuracy: number;
  seconds: number;
  /** between the frozen and the tuned weights; null where there was nothing to choose */
  part: number | null;
}

/** A training of a set by a recipe. */
export interface Run extends Measured {
  set: string;
  recipe: string;
}

/** Options of `train`, or what finds them, whose time counts. */
export type Recipe = TrainOptions | ((dataset: Dataset, seed: number) => Promise<TrainOptions>);

/** One training, from the files to the test pictures. */
export async function measure(dataset: Dataset, recipe: Recipe, seed: number): Promise<Measured> {
  const began = performance.now();
  const options = typeof recipe === 'function' ? await recipe(dataset, seed) : recipe;
  const result = await train(dataset, { ...options, seed });
  const seconds = (performance.now() - began) / 1000;
  result.dispose();
  const { accuracy } = result.test!.summary;
  return { seed, accuracy: accuracy.estimate, seconds, part: result.interpolation?.part ?? null };
}
