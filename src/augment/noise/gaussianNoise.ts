import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { drawBetween, fromZero, type Strength } from '../range';
import { drawPixels } from './pixelNoise';

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Standard deviation, for colours from 0 to 255; at least 0. 10 stands for [0, 10]. Default: 10 */
  deviation?: Strength;
}

/**
 * Add Gaussian noise to every pixel and channel, like that of a sensor in poor light.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.gaussianNoise({ deviation: 20 }).settings; // => { deviation: [ 0, 20 ] }
 * ```
 */
export function gaussianNoise(options?: GaussianNoiseOptions): Augmentation {
  const { deviation } = withDefaults('gaussianNoise', options, { deviation: 10 as Strength });
  const range = fromZero('gaussianNoise: deviation', deviation);
  return defineOp(
    'gaussianNoise',
    { deviation: range },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const deviations = draws.map((random) => drawBetween(random, range));
        if (deviations.every((value) => value === 0)) return images.clone();
        return tf.tidy(
          () =>
            drawPixels('normal', draws, images.shape.slice(1))
              .mul(perPicture(deviations))
              .add(images)
              .clipByValue(0, 255) as tf.Tensor4D,
        );
      },
    },
  );
}
