import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { drawBetween, fromZero, type Strength } from '../range';
import { drawPixels } from './pixelNoise';

export interface SaltAndPepperOptions {
  /** part of the pixels that become black or white: 0.02 draws from 0 to 0.02; default 0.02 */
  amount?: Strength;
}

/** Make some pixels black and as many white, in all channels, as dead sensor cells do. */
export function saltAndPepper(options?: SaltAndPepperOptions): Augmentation {
  const { amount } = withDefaults('saltAndPepper', options, { amount: 0.02 as Strength });
  const ends = fromZero('saltAndPepper: amount', amount, { max: 1 });
  return defineOp(
    'saltAndPepper',
    { amount: ends },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const amounts = draws.map((random) => drawBetween(random, ends));
        const [, height, width] = images.shape;
        return tf.tidy(() => {
          const lot = drawPixels('uniform', draws, [height, width, 1]);
          const pepper = lot.less(perPicture(amounts.map((value) => value / 2)));
          const salt = lot.greaterEqual(perPicture(amounts.map((value) => 1 - value / 2)));
          const dark = tf.where(pepper, tf.zerosLike(images), images);
          return tf.where(salt, tf.fill(images.shape, 255), dark) as tf.Tensor4D;
        });
      },
    },
  );
}
