import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { aroundOne, drawBetween, type Strength } from '../range';

/** Options of {@link sharpness}. */
export interface SharpnessOptions {
  /** Factor, at least 0: 0 smooths, 1 changes nothing, 2 sharpens; 0.5 stands for [0.5, 1.5]. Default: 0.5 */
  factor?: Strength;
}

/**
 * Sharpen or smooth pictures: scale the difference from a smoothed picture; the outermost pixels do not change (Pillow's
 * ImageEnhance.Sharpness).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.sharpness({ factor: [1, 2] }).settings; // => { factor: [ 1, 2 ] }
 * ```
 */
export function sharpness(options?: SharpnessOptions): Augmentation {
  const { factor } = withDefaults('sharpness', options, { factor: 0.5 as Strength });
  const range = aroundOne('sharpness: factor', factor);
  return defineOp(
    'sharpness',
    { factor: range },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const factors = draws.map((random) => drawBetween(random, range));
        if (factors.every((value) => value === 1)) return images.clone();
        return tf.tidy(() => {
          const smooth = smoothed(images);
          return smooth.add(images.sub(smooth).mul(perPicture(factors))).clipByValue(0, 255) as tf.Tensor4D;
        });
      },
    },
  );
}

/** Pillow's SMOOTH filter: 3 x 3, with weight 5 at the centre and 1 at its neighbours. */
function smoothed(images: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  if (height < 3 || width < 3) return images.clone();
  const weights = [1, 1, 1, 1, 5, 1, 1, 1, 1].flatMap((weight) => new Array<number>(channels).fill(weight / 13));
  const inner = tf.depthwiseConv2d(images, tf.tensor4d(weights, [3, 3, channels, 1]), 1, 'valid');
  const top = images.slice([0, 0, 0, 0], [batch, 1, width, channels]);
  const bottom = images.slice([0, height - 1, 0, 0], [batch, 1, width, channels]);
  const left = images.slice([0, 1, 0, 0], [batch, height - 2, 1, channels]);
  const right = images.slice([0, 1, width - 1, 0], [batch, height - 2, 1, channels]);
  return tf.concat([top, tf.concat([left, inner, right], 2), bottom], 1);
}
