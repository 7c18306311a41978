import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { drawBetween, fromZero, type Strength } from '../range';
import { drawPixels } from './pixelNoise';

export interface GaussianNoiseOptions {
  /** standard deviation in colours of 0 to 255: 10 draws from 0 to 10; default 10 */
  deviation?: Strength;
}

/** Add normal noise to every pixel and channel, as a sensor in poor light does. */
export function gaussianNoise(options?: GaussianNoiseOptions): Augmentation {
  const { deviation } = withDefaults('gaussianNoise', options, { deviation: 10 as Strength });
  const ends = fromZero('gaussianNoise: deviation', deviation);
  return defineOp(
    'gaussianNoise',
    { deviation: ends },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const deviations = draws.map((random) => drawBetween(random, ends));
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
