import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { aroundOne, checkRange, drawBetween, type Range, type Strength } from '../range';

/** Options of {@link gamma}. */
export interface GammaOptions {
  /**
   * Exponent of the colours, scaled to 0 to 1: below 1 brightens, above 1 darkens, 1 changes nothing; at least
   * 0.01. 0.2 stands for [0.8, 1.2]. Default: 0.2
   */
  exponent?: Strength;
}

/**
 * Gamma correction: brighten or darken shadows more than highlights (torchvision's adjust_gamma with gain 1).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.gamma({ exponent: 0.5 }).settings; // => { exponent: [ 0.5, 1.5 ] }
 * ```
 */
export function gamma(options?: GammaOptions): Augmentation {
  const { exponent } = withDefaults('gamma', options, { exponent: 0.2 as Strength });
  const range = aroundOne('gamma: exponent', exponent, { min: 0.01 });
  return defineOp(
    'gamma',
    { exponent: range },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const exponents = draws.map((random) => drawBetween(random, range));
        if (exponents.every((value) => value === 1)) return images.clone();
        return tf.tidy(() => images.div(255).pow(perPicture(exponents)).mul(255).clipByValue(0, 255) as tf.Tensor4D);
      },
    },
  );
}

/** Options of {@link posterize}. */
export interface PosterizeOptions {
  /**
   * Range of the number of bits kept, whole numbers from 1 to 8, both limits included; 8 keeps all. Default: [4,
   * 8]
   */
  bits?: Range;
}

/**
 * Keep only the upper bits of each colour value, which leaves few tones (Pillow's ImageOps.posterize).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const picture = tf.tensor4d([200, 130, 60], [1, 1, 1, 3]);
 * const posterized = await augment.posterize({ bits: [1, 1] }).apply(picture);
 * posterized.dataSync().join(' '); // => '128 128 0'
 * ```
 */
export function posterize(options?: PosterizeOptions): Augmentation {
  const { bits } = withDefaults('posterize', options, { bits: [4, 8] as Range });
  checkRange('posterize: bits', bits, { min: 1, max: 8 });
  for (const limit of bits) checkNumber('posterize: bits', limit, { integer: true });
  return defineOp(
    'posterize',
    { bits },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const steps = draws.map((random) => 2 ** (8 - bits[0] - random.integer(bits[1] - bits[0] + 1)));
        if (steps.every((step) => step === 1)) return images.clone(); // all 8 bits kept: fractions are kept as well
        return tf.tidy(() => images.div(perPicture(steps)).floor().mul(perPicture(steps)) as tf.Tensor4D);
      },
    },
  );
}

/** Options of {@link solarize}. */
export interface SolarizeOptions {
  /** Range of the threshold, from 0 to 256; 256 changes nothing. Default: [128, 256] */
  threshold?: Range;
}

/**
 * Invert all colour values from a threshold up (Pillow's ImageOps.solarize).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const picture = tf.tensor4d([200, 130, 60], [1, 1, 1, 3]);
 * const solarized = await augment.solarize({ threshold: [128, 128] }).apply(picture);
 * solarized.dataSync().join(' '); // => '55 125 60'
 * ```
 */
export function solarize(options?: SolarizeOptions): Augmentation {
  const { threshold } = withDefaults('solarize', options, { threshold: [128, 256] as Range });
  checkRange('solarize: threshold', threshold, { min: 0, max: 256 });
  return defineOp(
    'solarize',
    { threshold },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const limits = draws.map((random) => drawBetween(random, threshold));
        return tf.tidy(
          () => tf.where(images.greaterEqual(perPicture(limits)), tf.sub(255, images), images) as tf.Tensor4D,
        );
      },
    },
  );
}
