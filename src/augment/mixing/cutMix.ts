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
 * Paste a box of another picture of the batch over each, and share its label by area (Yun et al. 2019, CutMix). Default
 * alpha 1. Partners come from the batch: unlike the other ops, this one gives the same for the same seed only to the same batch.
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

/** A box of a part of the area and the picture's proportions, its middle anywhere: at the edges it is cut off. */
function drawBox(random: Random, part: number, height: number, width: number): CropBox {
  const [tall, wide] = [height * Math.sqrt(part), width * Math.sqrt(part)];
  const [y, x] = [random.uniform() * height, random.uniform() * width];
  const within = (value: number, end: number) => Math.min(end, Math.max(0, Math.round(value)));
  const [top, left] = [within(y - tall / 2, height), within(x - wide / 2, width)];
  return { left, top, width: within(x + wide / 2, width) - left, height: within(y + tall / 2, height) - top };
}
