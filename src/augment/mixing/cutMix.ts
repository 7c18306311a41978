import { checkNumber, withDefaults } from '../../core/options';
import type { Random } from '../../core/random';
import type { CropBox } from '../../data';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { takeRows } from '../batch';
import { defineOp } from '../defineOp';
import { boxMask } from '../noise/boxes';
import { drawShares } from '../range';
import type { MixingOptions } from './mixUp';
import { drawPartners, mixLabels } from './partners';

/**
 * Paste a box from another picture of the batch into each picture, and mix the labels by area (Yun et al. 2019, CutMix). As partners
 * come from the batch, equal seeds give equal results only for batches of the same pictures, in any order.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.cutMix({ probability: 0.5 }).settings; // => { alpha: 1, probability: 0.5 }
 * ```
 */
export function cutMix(options?: MixingOptions): Augmentation {
  const { alpha, probability } = withDefaults('cutMix', options, { alpha: 1, probability: 1 });
  checkNumber('cutMix: alpha', alpha, { min: 0.001 });
  checkNumber('cutMix: probability', probability, { min: 0, max: 1 });
  return defineOp(
    'cutMix',
    { alpha, probability },
    {
      kind: 'mix',
      run: ({ images, labels }, draws) => {
        const [, height, width] = images.shape;
        const partners = drawPartners(draws);
        const boxes = draws.map((random) => {
          const pasted = random.uniform() < probability ? drawShares(random, alpha, 2)[0]! : 0;
          return drawBox(random, pasted, height, width);
        });
        const own = boxes.map((box) => 1 - (box.width * box.height) / (width * height));
        return tf.tidy(() => ({
          images: tf.where(boxMask(boxes, height, width), takeRows(images, partners), images) as tf.Tensor4D,
          labels: mixLabels(labels, partners, own),
        }));
      },
    },
  );
}

/** A box with a fraction of the picture's area, its aspect ratio and a random centre, clipped at the edges. */
function drawBox(random: Random, part: number, height: number, width: number): CropBox {
  const [tall, wide] = [height * Math.sqrt(part), width * Math.sqrt(part)];
  const [y, x] = [random.uniform() * height, random.uniform() * width];
  const within = (value: number, end: number) => Math.min(end, Math.max(0, Math.round(value)));
  const [top, left] = [within(y - tall / 2, height), within(x - wide / 2, width)];
  return { left, top, width: within(x + wide / 2, width) - left, height: within(y + tall / 2, height) - top };
}
