import { withDefaults } from '../../core/options';
import { drawCropBox } from '../../data';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkEndsBetween, type Ends } from '../range';
import { checkWarping, defaultWarping, type Warping } from './warping';

export interface RandomResizedCropOptions extends Partial<Warping> {
  /** part of the picture's area that is kept; default [0.08, 1], as for ImageNet; small datasets do better near 1 */
  area?: Ends;
  /** width over height of what is kept; default [3/4, 4/3] */
  aspect?: Ends;
}

/**
 * Cut out a part of random size, place and proportions, and stretch it to the whole picture (Szegedy et al. 2015, Going
 * deeper with convolutions; limits and the ten tries are torchvision's). What is kept is enlarged, never made smaller.
 */
export function randomResizedCrop(options?: RandomResizedCropOptions): Augmentation {
  const { area, aspect, ...rest } = withDefaults('randomResizedCrop', options, {
    area: [0.08, 1] as Ends,
    aspect: [3 / 4, 4 / 3] as Ends,
    ...defaultWarping,
  });
  checkEndsBetween('randomResizedCrop: area', area, { min: 0.001, max: 1 });
  checkEndsBetween('randomResizedCrop: aspect', aspect, { min: 0.1, max: 10 });
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
