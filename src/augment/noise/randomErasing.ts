import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import type { Random } from '../../core/random';
import { type CropBox, drawCropBox } from '../../data';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkRange, type Range } from '../range';
import { boxMask } from './boxes';
import { drawPixels } from './pixelNoise';

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** Probability that a part of a picture is erased, from 0 to 1. Default: 0.5 */
  probability?: number;
  /** Range of the erased fraction of the area, from 0 to 1. Default: [0.02, 0.2] */
  area?: Range;
  /** Range of the aspect ratio (width / height) of the box, from 0.01 to 100. Default: [0.3, 3.3] */
  aspect?: Range;
  /**
   * What replaces the erased part: noise, or one value from 0 to 255. Default: `'noise'`, which the authors found
   * best
   */
  fill?: 'noise' | number;
}

/**
 * Erase a box of random size and place, so that a model does not rely on a single part of an object (Zhong et al. 2017, Random
 * Erasing).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.randomErasing({ probability: 0.25 }).settings.area; // => [ 0.02, 0.2 ]
 * ```
 */
export function randomErasing(options?: RandomErasingOptions): Augmentation {
  const { probability, area, aspect, fill } = withDefaults('randomErasing', options, {
    probability: 0.5,
    area: [0.02, 0.2] as Range,
    aspect: [0.3, 3.3] as Range,
    fill: 'noise' as 'noise' | number,
  });
  checkNumber('randomErasing: probability', probability, { min: 0, max: 1 });
  checkRange('randomErasing: area', area, { min: 0, max: 1 });
  checkRange('randomErasing: aspect', aspect, { min: 0.01, max: 100 });
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
          random.uniform() < probability ? drawBox(random, height, width, area, aspect) : emptyBox,
        );
        if (boxes.every((box) => box === emptyBox)) return images.clone();
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

const emptyBox: CropBox = { left: 0, top: 0, width: 0, height: 0 };

/** A random box in whole pixels. */
function drawBox(random: Random, height: number, width: number, area: Range, aspect: Range): CropBox {
  const box = drawCropBox(random, { height, width }, area, aspect);
  const [left, top] = [Math.round(box.left), Math.round(box.top)];
  return { left, top, width: Math.round(box.left + box.width) - left, height: Math.round(box.top + box.height) - top };
}
