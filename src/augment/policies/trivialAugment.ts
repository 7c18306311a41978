import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { runEach } from '../eachPicture';
import { type PolicyLimits, policyOps } from './policyOps';
import { drawStep, LEVELS } from './randAugment';

const wide: PolicyLimits = { shear: 0.99, shift: 0.14, rotation: 135, factor: 0.99, bits: 6 };

/**
 * Apply one of fourteen operations to each picture, with a random strength, so that there is nothing to tune (Mueller and Hutter
 * 2021, TrivialAugment; with the paper's wide limits, its shift of 32 pixels as a fraction of 224).
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.trivialAugment().name; // => 'trivialAugment'
 * ```
 */
export function trivialAugment(): Augmentation {
  const choices = policyOps(wide);
  return defineOp(
    'trivialAugment',
    { limits: 'wide' },
    {
      kind: 'pixels',
      run: (images, draws) =>
        runEach(
          images,
          draws,
          draws.map((random) => drawStep(random, choices, random.integer(LEVELS + 1) / LEVELS)),
        ),
    },
  );
}
