import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { aroundOne, drawBetween, type Strength } from '../range';
import { blendWith, identityColors, luma } from './colorMatrix';

export interface FactorOptions {
  /** 1 changes nothing; 0.2 draws from 0.8 to 1.2; default 0.2 */
  factor?: Strength;
}

const nothing = [0, 0, 0] as const;
const black = [nothing, nothing, nothing] as const;
const gray = [luma, luma, luma] as const;

/** Multiply all colours: 0 is black (Pillow's ImageEnhance.Brightness, torchvision's adjust_brightness). */
export function brightness(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('brightness', options, { factor: 0.2 as Strength });
  const ends = aroundOne('brightness: factor', factor);
  return defineOp(
    'brightness',
    { factor: ends },
    {
      kind: 'color',
      needsMean: false,
      matrix: (random) => blendWith(black, 0, drawBetween(random, ends)),
    },
  );
}

/**
 * Move colours away from, or towards, the picture's mean gray: 0 is an even gray (Pillow's ImageEnhance.Contrast,
 * torchvision's adjust_contrast).
 */
export function contrast(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('contrast', options, { factor: 0.2 as Strength });
  const ends = aroundOne('contrast: factor', factor);
  return defineOp(
    'contrast',
    { factor: ends },
    {
      kind: 'color',
      needsMean: true,
      matrix: (random, mean) => {
        const meanGray = luma.reduce((sum, weight, i) => sum + weight * mean[i]!, 0);
        return blendWith(black, meanGray, drawBetween(random, ends));
      },
    },
  );
}

/** Move colours away from, or towards, their own gray: 0 has no colour (Pillow's ImageEnhance.Color). */
export function saturation(options?: FactorOptions): Augmentation {
  const { factor } = withDefaults('saturation', options, { factor: 0.2 as Strength });
  const ends = aroundOne('saturation: factor', factor);
  return defineOp(
    'saturation',
    { factor: ends },
    {
      kind: 'color',
      needsMean: false,
      matrix: (random) => blendWith(gray, 0, drawBetween(random, ends)),
    },
  );
}

export interface GrayscaleOptions {
  /** of a picture to lose its colours; default 0.1 */
  probability?: number;
}

/** Take the colours out of some pictures, so that shape has to do. */
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
