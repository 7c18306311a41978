import { withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { augmentation } from '../pipeline';
import type { Strength } from '../range';
import { hue } from './hue';
import { brightness, contrast, saturation } from './linear';

/** Options of {@link colorJitter}. */
export interface ColorJitterOptions {
  /** Factor as in {@link brightness}. Default: 0.2 */
  brightness?: Strength;
  /** Factor as in {@link contrast}. Default: 0.2 */
  contrast?: Strength;
  /** Factor as in {@link saturation}. Default: 0.2 */
  saturation?: Strength;
  /** Shift as in {@link hue}. Default: 0, as it takes longer than the three others together */
  hue?: Strength;
}

/**
 * Random brightness, contrast, saturation and hue. Unlike torchvision's ColorJitter it applies them in this order, and clips colours
 * to 0 to 255 once, at the end.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.colorJitter({ brightness: 0.3, hue: 0.05 }).name; // => 'brightness + contrast + saturation + hue'
 * ```
 */
export function colorJitter(options?: ColorJitterOptions): Augmentation {
  const given = withDefaults('colorJitter', options, {
    brightness: 0.2 as Strength,
    contrast: 0.2 as Strength,
    saturation: 0.2 as Strength,
    hue: 0 as Strength,
  });
  return augmentation([
    brightness({ factor: given.brightness }),
    contrast({ factor: given.contrast }),
    saturation({ factor: given.saturation }),
    ...(given.hue === 0 ? [] : [hue({ turn: given.hue })]),
  ]);
}
