import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { runEach } from '../eachPicture';
import { type PolicyLimits, policyOps } from './policyOps';
import { drawStep, LEVELS } from './randAugment';

const wide: PolicyLimits = { shear: 0.99, shift: 0.14, rotation: 135, factor: 0.99, bits: 6 };

/**
 * One op for each picture, of fourteen, at a strength drawn anew each time: nothing to tune (Mueller and Hutter 2021,
 * TrivialAugment; the paper's wide limits, its shift of 32 pixels taken as a part of 224).
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
