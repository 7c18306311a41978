import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture, takeRows } from '../batch';
import { defineOp } from '../defineOp';
import { drawShares } from '../range';
import { drawPartners, mixLabels } from './partners';

/** Options of {@link mixUp} and `cutMix`. */
export interface MixingOptions {
  /**
   * Both parameters of the Beta distribution of the mixing weight, at least 0.001: small values leave most
   * pictures nearly unmixed. Default: 0.2 for mixUp, 1 for cutMix
   */
  alpha?: number;
  /** Probability that a picture is mixed, from 0 to 1. Default: 1 */
  probability?: number;
}

/**
 * Blend each picture with another one of its batch, and the labels by the same weights (Zhang et al. 2018, mixup: Beyond Empirical
 * Risk Minimization). As partners come from the batch, equal seeds give equal results only for batches of the same pictures, in any
 * order.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const images = tf.tensor4d([0, 100], [2, 1, 1, 1]);
 * const labels = tf.tensor2d([[1, 0], [0, 1]]);
 * const mixed = await augment.mixUp({ alpha: 1 }).apply({ images, labels });
 * mixed.labels.sum(1).dataSync().map(Math.round).join(' '); // => '1 1'
 * ```
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
          const weight = perPicture(own);
          const mixed = images.mul(weight).add(takeRows(images, partners).mul(tf.sub(1, weight))) as tf.Tensor4D;
          return { images: mixed, labels: mixLabels(labels, partners, own) };
        });
      },
    },
  );
}
