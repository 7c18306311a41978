import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { drawBetween, fromZero, type Strength } from '../range';
import { drawPixels } from './pixelNoise';

/** Options of {@link saltAndPepper}. */
export interface SaltAndPepperOptions {
  /** Fraction of the pixels that change, from 0 to 1; 0.02 stands for [0, 0.02]. Default: 0.02 */
  amount?: Strength;
}

/**
 * Salt-and-pepper noise: make random pixels black and as many white, in all channels, like dead sensor cells.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.saltAndPepper({ amount: [0.01, 0.05] }).settings; // => { amount: [ 0.01, 0.05 ] }
 * ```
 */
export function saltAndPepper(options?: SaltAndPepperOptions): Augmentation {
  const { amount } = withDefaults('saltAndPepper', options, { amount: 0.02 as Strength });
  const range = fromZero('saltAndPepper: amount', amount, { max: 1 });
  return defineOp(
    'saltAndPepper',
    { amount: range },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const amounts = draws.map((random) => drawBetween(random, range));
        const [, height, width] = images.shape;
        return tf.tidy(() => {
          const random = drawPixels('uniform', draws, [height, width, 1]);
          const pepper = random.less(perPicture(amounts.map((value) => value / 2)));
          const salt = random.greaterEqual(perPicture(amounts.map((value) => 1 - value / 2)));
          const dark = tf.where(pepper, tf.zerosLike(images), images);
          return tf.where(salt, tf.fill(images.shape, 255), dark) as tf.Tensor4D;
        });
      },
    },
  );
}
