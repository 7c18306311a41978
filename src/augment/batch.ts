import { UserError } from '../core/errors';
import { Random } from '../core/random';
import { tf } from '../tensorflow';

/** A batch of pictures with their labels, for operations that mix both. */
export interface LabelledImages {
  /** Pictures: float32 `[batch, height, width, channels]`, from 0 to 255. */
  images: tf.Tensor4D;
  /** Labels: float32 `[batch, classes]`, one-hot or mixed, each row with the sum 1. */
  labels: tf.Tensor2D;
}

/**
 * Which random numbers a picture gets: the same seed, view and index give the same numbers, in a batch of any size.
 */
export interface DrawOptions {
  /** Random seed. Default: 0 */
  seed?: number;
  /** Number of the augmented view of the pictures, such as the epoch. Default: 0 */
  view?: number;
  /**
   * For each picture of the batch its index in the dataset, or another number that identifies it. Default: its
   * position in the batch
   */
  indices?: readonly number[];
}

/** A random number generator for each picture of a batch, for one operation of a pipeline. */
export type Draws = readonly Random[];

/** Makes the random number generators of each operation, by its position in the pipeline: one for each picture. */
export function drawsFor(count: number, { seed = 0, view = 0, indices }: DrawOptions): (place: string) => Draws {
  if (indices && indices.length !== count) {
    throw new UserError(`augmentation: ${indices.length} indices for ${count} pictures: give one for each picture`);
  }
  return (place) =>
    Array.from({ length: count }, (_, i) => new Random(seed, `augment/${view}/${indices?.[i] ?? i}/${place}`));
}

/** @throws {UserError} unless `images` are [batch, height, width, channels] of float32 */
export function checkImages(caller: string, images: unknown): asserts images is tf.Tensor4D {
  if (!(images instanceof tf.Tensor)) throw new UserError(`${caller}: expected a tensor of pictures`);
  if (images.rank !== 4 || images.dtype !== 'float32') {
    throw new UserError(
      `${caller}: pictures must be float32 [batch, height, width, channels] of 0 to 255, got ${images.dtype} [${images.shape}]`,
    );
  }
}

/** @throws {UserError} unless the labels are [batch, classes] with a row for each picture */
export function checkLabels(caller: string, { images, labels }: LabelledImages): void {
  if (!(labels instanceof tf.Tensor) || labels.rank !== 2 || labels.shape[0] !== images.shape[0]) {
    const got = labels instanceof tf.Tensor ? `[${labels.shape}]` : String(labels);
    throw new UserError(`${caller}: labels must be [${images.shape[0]}, classes], one-hot or mixed, got ${got}`);
  }
}

/** One number for each picture, as [batch, 1, 1, 1], which broadcasts over [batch, height, width, channels]. */
export function perPicture(values: readonly number[]): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(values), [values.length, 1, 1, 1]);
}

/** The given rows of a batch, in the given order. */
export function takeRows<T extends tf.Tensor>(tensor: T, rows: readonly number[]): T {
  return tf.tidy(() => tf.gather(tensor, tf.tensor1d(rows as number[], 'int32')) as T);
}
