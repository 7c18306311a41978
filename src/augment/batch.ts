import { UserError } from '../core/errors';
import { Random } from '../core/random';
import { tf } from '../tensorflow';

/** Pictures with what is in them. Augmentation keeps both in step. */
export interface LabelledImages {
  /** [batch, height, width, channels], float32, 0 to 255 */
  images: tf.Tensor4D;
  /** [batch, classes], float32: one-hot, or mixed so that each row still sums to 1 */
  labels: tf.Tensor2D;
}

/** Which random numbers a picture gets. The same seed, view and index give the same numbers, in a batch of any size. */
export interface DrawOptions {
  /** default 0 */
  seed?: number;
  /** which look at the pictures: the epoch, or the number of an augmented view; default 0 */
  view?: number;
  /** what each picture of the batch is known by in the whole dataset; default its place in the batch */
  indices?: readonly number[];
}

/** One source of random numbers for each picture of a batch, for one op of a pipeline. */
export type Draws = readonly Random[];

/** Where the ops of a pipeline get their random numbers from: a source for each op's place and each picture. */
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

/** Numbers, one a picture, in a shape that multiplies with [batch, height, width, channels]. */
export function perPicture(values: readonly number[]): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(values), [values.length, 1, 1, 1]);
}

/** The chosen pictures of a batch, in the order given. */
export function takeRows<T extends tf.Tensor>(tensor: T, rows: readonly number[]): T {
  return tf.tidy(() => tf.gather(tensor, tf.tensor1d(rows as number[], 'int32')) as T);
}
