import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import type { Augmentation } from './augmentation';
import { horizontalFlip, shift, zoom } from './geometric/affine';
import { augmentation } from './pipeline';

/** Options of {@link predictWithViews}. */
export interface TestTimeOptions {
  /** Augmented views of each picture, in addition to the picture itself; at least 0. Default: 4 */
  views?: number;
  /** How views are made. Default: horizontal flips, and shifts and zooms of a few percent */
  pipeline?: Augmentation;
  /** Random seed. Default: 0 */
  seed?: number;
}

/**
 * Test-time augmentation: predict several augmented views of each picture and average the probabilities (Krizhevsky et al. 2012
 * averaged ten crops). It takes `views + 1` forward passes, and gains about one percentage point of accuracy at best.
 *
 * @param predict computes probabilities `[batch, classes]` for pictures `[batch, height, width, channels]` from 0 to 255
 * @param images float32 `[batch, height, width, channels]`, from 0 to 255; they are not disposed
 * @returns mean probabilities `[batch, classes]`, which the caller disposes
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const pictures = tf.fill<tf.Rank.R4>([2, 16, 16, 3], 128);
 * const predict = (images: tf.Tensor4D) => tf.softmax(images.mean([1, 2]) as tf.Tensor2D);
 * const probabilities = await augment.predictWithViews(predict, pictures, { views: 2 });
 * probabilities.shape; // => [ 2, 3 ]
 * ```
 */
export async function predictWithViews(
  predict: (images: tf.Tensor4D) => tf.Tensor2D,
  images: tf.Tensor4D,
  options?: TestTimeOptions,
): Promise<tf.Tensor2D> {
  const { views, pipeline, seed } = withDefaults('predictWithViews', options, {
    views: 4,
    pipeline: defaultPipeline(),
    seed: 0,
  });
  checkNumber('predictWithViews: views', views, { min: 0, integer: true });
  let sum = tf.tidy(() => predict(images));
  for (let view = 1; view <= views; view++) {
    const augmented = await pipeline.apply(images, { seed, view });
    const before = sum;
    sum = tf.tidy(() => before.add(predict(augmented)) as tf.Tensor2D);
    before.dispose();
    augmented.dispose();
  }
  const mean = sum.div(views + 1) as tf.Tensor2D;
  sum.dispose();
  return mean;
}

const defaultPipeline = () =>
  augmentation([
    shift({ width: 0.05, height: 0.05, fill: 'reflect' }),
    zoom({ factor: [0.9, 1], fill: 'reflect' }),
    horizontalFlip(),
  ]);
