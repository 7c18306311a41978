import { withDefaults } from '../../core/options';
import { drawCropBox } from '../../data';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkRange, type Range } from '../range';
import { checkWarping, defaultWarping, type Warping } from './warping';

/** Options of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions extends Partial<Warping> {
  /**
   * Range of the fraction of the area that is kept, from 0.001 to 1. Small datasets do better with values near 1.
   * Default: [0.08, 1], as usual for ImageNet
   */
  area?: Range;
  /** Range of the aspect ratio (width / height) of the crop, from 0.1 to 10. Default: [3/4, 4/3] */
  aspect?: Range;
}

/**
 * Crop a part of random area, place and aspect ratio, and resize it to the whole picture (Szegedy et al. 2015, Going deeper with
 * convolutions; with torchvision's defaults and ten tries).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.randomResizedCrop({ area: [0.5, 1] }).settings.area; // => [ 0.5, 1 ]
 * ```
 */
export function randomResizedCrop(options?: RandomResizedCropOptions): Augmentation {
  const { area, aspect, ...rest } = withDefaults('randomResizedCrop', options, {
    area: [0.08, 1] as Range,
    aspect: [3 / 4, 4 / 3] as Range,
    ...defaultWarping,
  });
  checkRange('randomResizedCrop: area', area, { min: 0.001, max: 1 });
  checkRange('randomResizedCrop: aspect', aspect, { min: 0.1, max: 10 });
  const warping = checkWarping('randomResizedCrop', rest);
  return defineOp(
    'randomResizedCrop',
    { area, aspect, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const { left, top, width, height } = drawCropBox(random, size, area, aspect);
        const across = width / size.width;
        const down = height / size.height;
        return [across, 0, left + across / 2 - 0.5, 0, down, top + down / 2 - 0.5, 0, 0, 1];
      },
    },
  );
}
