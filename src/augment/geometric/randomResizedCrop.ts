import { withDefaults } from '../../options';
import type { Random } from '../../random';
import type { Augmentation, PictureSize } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkEndsBetween, drawBetween, type Ends } from '../range';
import { checkWarping, defaultWarping, type Warping } from './warp';

export interface RandomResizedCropOptions extends Partial<Warping> {
  /** part of the picture's area that is kept; default [0.08, 1], as for ImageNet; small datasets do better near 1 */
  area?: Ends;
  /** width over height of what is kept; default [3/4, 4/3] */
  aspect?: Ends;
}

/** A part of a picture, in pixels; whole numbers are edges of pixels. */
export interface CropBox {
  left: number;
  top: number;
  width: number;
  height: number;
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

/**
 * A box of random area and aspect inside a picture. After ten that do not fit: the middle, as large as the aspects allow.
 */
export function drawCropBox(random: Random, { height, width }: PictureSize, area: Ends, aspect: Ends): CropBox {
  for (let i = 0; i < 10; i++) {
    const target = height * width * drawBetween(random, area);
    const ratio = Math.exp(drawBetween(random, [Math.log(aspect[0]), Math.log(aspect[1])]));
    const box = { width: Math.sqrt(target * ratio), height: Math.sqrt(target / ratio) };
    const [left, top] = [random.uniform(), random.uniform()];
    if (box.width > width || box.height > height) continue;
    return { ...box, left: left * (width - box.width), top: top * (height - box.height) };
  }
  const ratio = Math.min(aspect[1], Math.max(aspect[0], width / height));
  const box = { width: Math.min(width, height * ratio), height: Math.min(height, width / ratio) };
  return { ...box, left: (width - box.width) / 2, top: (height - box.height) / 2 };
}
