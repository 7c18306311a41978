import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import type { Augmentation } from './augmentation';
import { horizontalFlip, shift, zoom } from './geometric/affine';
import { augmentation } from './pipeline';

export interface TestTimeOptions {
  /** augmented looks at each picture, beside the picture itself; default 4 */
  views?: number;
  /** default: flips, and small shifts and zooms */
  pipeline?: Augmentation;
  seed?: number;
}

/**
 * Predict from several looks at each picture and take the mean: test-time augmentation (Krizhevsky et al. 2012 averaged ten
 * crops). Costs views + 1 forward passes; worth a point of accuracy at best.
 *
 * @param predict pictures [batch, height, width, channels] of 0 to 255 to probabilities [batch, classes]
 * @returns [batch, classes], rows still sum to 1; the caller disposes of it
 */
export async function predictWithViews(
  predict: (images: tf.Tensor4D) => tf.Tensor2D,
  images: tf.Tensor4D,
  options?: TestTimeOptions,
): Promise<tf.Tensor2D> {
  const { views, pipeline, seed } = withDefaults('predictWithViews', options, {
    views: 4,
    pipeline: gentle(),
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

const gentle = () =>
  augmentation([
    shift({ width: 0.05, height: 0.05, fill: 'reflect' }),
    zoom({ factor: [0.9, 1], fill: 'reflect' }),
    horizontalFlip(),
  ]);
