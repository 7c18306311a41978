import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture, takeRows } from '../batch';
import { defineOp } from '../defineOp';
import { drawShares } from '../range';
import { drawPartners, mixLabels } from './partners';

export interface MixingOptions {
  /** both parameters of the Beta distribution of a picture's own share: small ones leave most pictures almost alone */
  alpha?: number;
  /** of a picture to be mixed; default 1 */
  probability?: number;
}

/**
 * Blend each picture with another of the batch, and its label by the same share (Zhang et al. 2018, mixup: Beyond
 * Empirical Risk Minimization). Default alpha 0.2. Partners come from
 * the batch: unlike the other ops, this one gives the same for the same seed only to the same batch, in any order.
 */
export function mixUp(options?: MixingOptions): Augmentation {
  const { alpha, probability } = withDefaults('mixUp', options, { alpha: 0.2, probability: 1 });
  checkNumber('mixUp: alpha', alpha, { min: 0.001 });
  checkNumber('mixUp: probability', probability, { min: 0, max: 1 });
  return defineOp(
    'mixUp',
    { alpha, probability },
    {
      kind: 'mix',
      run: ({ images, labels }, draws) => {
        const partners = drawPartners(draws);
        const own = draws.map((random) => (random.uniform() < probability ? drawShares(random, alpha, 2)[0]! : 1));
        return tf.tidy(() => {
          const share = perPicture(own);
          const mixed = images.mul(share).add(takeRows(images, partners).mul(tf.sub(1, share))) as tf.Tensor4D;
          return { images: mixed, labels: mixLabels(labels, partners, own) };
        });
      },
    },
  );
}
