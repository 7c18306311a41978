import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import type { Random } from '../../core/random';
import { type CropBox, drawCropBox } from '../../data';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkEndsBetween, type Ends } from '../range';
import { boxMask } from './boxes';
import { drawPixels } from './pixelNoise';

export interface RandomErasingOptions {
  /** of a picture to lose a part; default 0.5 */
  probability?: number;
  /** part of the picture's area that is erased; default [0.02, 0.2] */
  area?: Ends;
  /** width over height of what is erased; default [0.3, 3.3] */
  aspect?: Ends;
  /** what takes its place: noise, or one value of 0 to 255; default 'noise', which the authors found best */
  fill?: 'noise' | number;
}

/** Erase a box, so that no single part of a thing is needed to know it (Zhong et al. 2017, Random Erasing). */
export function randomErasing(options?: RandomErasingOptions): Augmentation {
  const { probability, area, aspect, fill } = withDefaults('randomErasing', options, {
    probability: 0.5,
    area: [0.02, 0.2] as Ends,
    aspect: [0.3, 3.3] as Ends,
    fill: 'noise' as 'noise' | number,
  });
  checkNumber('randomErasing: probability', probability, { min: 0, max: 1 });
  checkEndsBetween('randomErasing: area', area, { min: 0, max: 1 });
  checkEndsBetween('randomErasing: aspect', aspect, { min: 0.01, max: 100 });
  if (fill !== 'noise' && !(typeof fill === 'number' && fill >= 0 && fill <= 255)) {
    throw new UserError(`randomErasing: fill must be 'noise' or a number from 0 to 255, got ${String(fill)}`);
  }
  return defineOp(
    'randomErasing',
    { probability, area, aspect, fill },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const [, height, width] = images.shape;
        const boxes = draws.map((random) =>
          random.uniform() < probability ? wholeBox(random, height, width, area, aspect) : nowhere,
        );
        if (boxes.every((box) => box === nowhere)) return images.clone();
        return tf.tidy(() => {
          const filling =
            fill === 'noise'
              ? drawPixels('uniform', draws, images.shape.slice(1)).mul(255)
              : tf.fill(images.shape, fill);
          return tf.where(boxMask(boxes, height, width), filling, images) as tf.Tensor4D;
        });
      },
    },
  );
}

const nowhere: CropBox = { left: 0, top: 0, width: 0, height: 0 };

function wholeBox(random: Random, height: number, width: number, area: Ends, aspect: Ends): CropBox {
  const box = drawCropBox(random, { height, width }, area, aspect);
  const [left, top] = [Math.round(box.left), Math.round(box.top)];
  return { left, top, width: Math.round(box.left + box.width) - left, height: Math.round(box.top + box.height) - top };
}
