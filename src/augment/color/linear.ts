import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { aroundOne, drawBetween, type Strength } from '../range';
import { blendWith, identityColors, luma } from './colorMatrix';

/** Options of {@link brightness}, {@link contrast} and {@link saturation}. */
export interface FactorOptions {
  /** Factor, at least 0: 1 changes nothing; 0.2 stands for [0.8, 1.2]. Default: 0.2 */
  factor?: Strength;
}

const nothing = [0, 0, 0] as const;
const black = [nothing, nothing, nothing] as const;
const gray = [luma, luma, luma] as const;

/**
 * Multiply all colours by a factor: 0 gives black (Pillow's ImageEnhance.Brightness, torchvision's adjust_brightness).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.brightness({ factor: 0.25 }).settings; // => { factor: [ 0.75, 1.25 ] }
 * ```
 */
export function brightness(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('brightness', options, { factor: 0.2 as Strength });
  const range = aroundOne('brightness: factor', factor);
  return defineOp(
    'brightness',
    { factor: range },
    {
      kind: 'color',
      needsMean: false,
      matrix: (random) => blendWith(black, 0, drawBetween(random, range)),
    },
  );
}

/**
 * Scale the difference of all colours from the mean grey of the picture: 0 gives uniform grey (Pillow's ImageEnhance.Contrast,
 * torchvision's adjust_contrast).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.contrast({ factor: [0.5, 1] }).settings; // => { factor: [ 0.5, 1 ] }
 * ```
 */
export function contrast(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('contrast', options, { factor: 0.2 as Strength });
  const range = aroundOne('contrast: factor', factor);
  return defineOp(
    'contrast',
    { factor: range },
    {
      kind: 'color',
      needsMean: true,
      matrix: (random, mean) => {
        const meanGray = luma.reduce((sum, weight, i) => sum + weight * mean[i]!, 0);
        return blendWith(black, meanGray, drawBetween(random, range));
      },
    },
  );
}

/**
 * Scale the difference of each colour from its grey: 0 gives a greyscale picture (Pillow's ImageEnhance.Color).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.saturation({ factor: 0.5 }).settings; // => { factor: [ 0.5, 1.5 ] }
 * ```
 */
export function saturation(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('saturation', options, { factor: 0.2 as Strength });
  const range = aroundOne('saturation: factor', factor);
  return defineOp(
    'saturation',
    { factor: range },
    {
      kind: 'color',
      needsMean: false,
      matrix: (random) => blendWith(gray, 0, drawBetween(random, range)),
    },
  );
}

/** Options of {@link grayscale}. */
export interface GrayscaleOptions {
  /** Probability that a picture loses its colours, from 0 to 1. Default: 0.1 */
  probability?: number;
}

/**
 * Remove the colours of some pictures, so that a model learns to rely on shape as well.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const red = tf.tensor4d([200, 0, 0], [1, 1, 1, 3]);
 * const gray = await augment.grayscale({ probability: 1 }).apply(red);
 * gray.dataSync().map(Math.round).join(' '); // => '60 60 60'
 * ```
 */
export function grayscale(options?: GrayscaleOptions): Augmentation {
  const { probability } = withDefaults('grayscale', options, { probability: 0.1 });
  checkNumber('grayscale: probability', probability, { min: 0, max: 1 });
  return defineOp(
    'grayscale',
    { probability },
    {
      kind: 'color',
      needsMean: false,
      matrix: (random) => (random.uniform() < probability ? blendWith(gray, 0, 0) : identityColors),
    },
  );
}
