import { withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { augmentation } from '../pipeline';
import type { Strength } from '../range';
import { hue } from './hue';
import { brightness, contrast, saturation } from './linear';

export interface ColorJitterOptions {
  /** as {@link brightness}; default 0.2 */
  brightness?: Strength;
  /** as {@link contrast}; default 0.2 */
  contrast?: Strength;
  /** as {@link saturation}; default 0.2 */
  saturation?: Strength;
  /** as {@link hue}; default 0: it costs more than the three others together */
  hue?: Strength;
}

/**
 * Brightness, contrast and saturation in one matrix, then hue. torchvision's ColorJitter draws their order anew for every
 * picture and cuts colours to 0 to 255 between them; here the order is fixed and the cut is made once, at the end.
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
