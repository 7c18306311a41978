import { cutMix, mixUp } from '../augment';
import { shown, UserError } from '../core/errors';
import type { Batch } from '../features';
import { tf } from '../tensorflow';
import type { MixingName } from './settings/choices';

/**
 * Mixes the inputs of a training step and their labels, picture by picture.
 *
 * @param rows indices of the examples of the batch
 * @param epoch counted from 1
 */
export type Mixing = (batch: Batch, rows: readonly number[], epoch: number) => Promise<Batch>;

const operations = { mixup: mixUp, cutmix: cutMix };

/**
 * The mixing of training batches with the usual strength: mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019). Where layers are frozen,
 * their outputs are mixed in place of the pictures, so that they are still computed only once (Verma et al. 2019, Manifold Mixup).
 *
 * @param shape of one input, without the batch: pictures or feature maps [height, width, channels], or [features]
 * @param classes number of classes
 * @returns undefined for 'none'
 * @throws {UserError} if CutMix is to paste boxes into inputs without height and width
 */
export function buildMixing(
  name: MixingName,
  { shape, classes, seed }: { shape: readonly number[]; classes: number; seed: number },
): Mixing | undefined {
  if (name === 'none') return undefined;
  const isMap = shape.length === 3;
  if (name === 'cutmix' && !isMap) {
    throw new UserError(
      `fit: mixing 'cutmix' pastes boxes into pictures or feature maps, but the inputs have the shape ${shown(shape)}: take 'mixup'`,
    );
  }
  const operation = operations[name]();
  return async ({ x, y }, rows, epoch) => {
    const [images, labels] = tf.tidy(() => [
      (isMap ? x : x.reshape([rows.length, 1, 1, -1])) as tf.Tensor4D,
      (y.rank === 1 ? tf.oneHot(y.toInt() as tf.Tensor1D, classes).toFloat() : y) as tf.Tensor2D,
    ]);
    try {
      const mixed = await operation.apply({ images: images!, labels: labels! }, { seed, view: epoch, indices: rows });
      if (isMap) return { x: mixed.images, y: mixed.labels };
      const flat = mixed.images.reshape([rows.length, ...shape]);
      mixed.images.dispose();
      return { x: flat, y: mixed.labels };
    } finally {
      tf.dispose([x, y, images!, labels!]);
    }
  };
}
