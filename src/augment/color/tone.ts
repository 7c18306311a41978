import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { aroundOne, checkEndsBetween, drawBetween, type Ends, type Strength } from '../range';

export interface GammaOptions {
  /** exponent of the colours as parts of 255: below 1 lightens shadows, 1 changes nothing; 0.2 draws from 0.8 to 1.2 */
  exponent?: Strength;
}

/** Lighten or darken shadows more than lights (torchvision's adjust_gamma with gain 1). */
export function gamma(options?: GammaOptions): Augmentation {
  const { exponent } = withDefaults('gamma', options, { exponent: 0.2 as Strength });
  const ends = aroundOne('gamma: exponent', exponent, { min: 0.01 });
  return defineOp(
    'gamma',
    { exponent: ends },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const exponents = draws.map((random) => drawBetween(random, ends));
        if (exponents.every((value) => value === 1)) return images.clone();
        return tf.tidy(() => images.div(255).pow(perPicture(exponents)).mul(255).clipByValue(0, 255) as tf.Tensor4D);
      },
    },
  );
}

export interface PosterizeOptions {
  /** bits kept of 8, drawn between the ends, both included; 8 changes nothing in whole numbers; default [4, 8] */
  bits?: Ends;
}

/** Keep only the upper bits of each colour, so that there are few tones (Pillow's ImageOps.posterize). */
export function posterize(options?: PosterizeOptions): Augmentation {
  const { bits } = withDefaults('posterize', options, { bits: [4, 8] as Ends });
  checkEndsBetween('posterize: bits', bits, { min: 1, max: 8 });
  for (const end of bits) checkNumber('posterize: bits', end, { integer: true });
  return defineOp(
    'posterize',
    { bits },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const steps = draws.map((random) => 2 ** (8 - bits[0] - random.integer(bits[1] - bits[0] + 1)));
        if (steps.every((step) => step === 1)) return images.clone(); // all eight bits: in-between values stay too
        return tf.tidy(() => images.div(perPicture(steps)).floor().mul(perPicture(steps)) as tf.Tensor4D);
      },
    },
  );
}

export interface SolarizeOptions {
  /** colours from here on are inverted, drawn between the ends; 256 changes nothing; default [128, 256] */
  threshold?: Ends;
}

/** Invert the light colours (Pillow's ImageOps.solarize). */
export function solarize(options?: SolarizeOptions): Augmentation {
  const { threshold } = withDefaults('solarize', options, { threshold: [128, 256] as Ends });
  checkEndsBetween('solarize: threshold', threshold, { min: 0, max: 256 });
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
