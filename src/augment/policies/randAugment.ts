import { checkNumber, withDefaults } from '../../core/options';
import type { Random } from '../../core/random';
import type { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { type PictureStep, runEach } from '../eachPicture';
import { type PolicyLimits, type PolicyOp, policyOps } from './policyOps';

/** The largest magnitude: the papers have 31 levels, 0 to 30. */
export const LEVELS = 30;

/** Options of {@link randAugment}. */
export interface RandAugmentOptions {
  /** Operations per picture, from 1 to 10, applied in sequence. Default: 2 */
  ops?: number;
  /** Strength of the operations, from 0 to 30. Default: 9, the authors' choice for ImageNet */
  magnitude?: number;
}

const limits: PolicyLimits = { shear: 0.3, shift: 0.45, rotation: 30, factor: 0.9, bits: 4 };

/**
 * Apply some of fourteen operations to each picture, drawn at random and all with the same strength (Cubuk et al. 2020, RandAugment;
 * with torchvision's limits).
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.randAugment({ ops: 1, magnitude: 5 }).settings; // => { ops: 1, magnitude: 5 }
 * ```
 */
export function randAugment(options?: RandAugmentOptions): Augmentation {
  const { ops, magnitude } = withDefaults('randAugment', options, { ops: 2, magnitude: 9 });
  checkNumber('randAugment: ops', ops, { min: 1, max: 10, integer: true });
  checkNumber('randAugment: magnitude', magnitude, { min: 0, max: LEVELS });
  const choices = policyOps(limits);
  return defineOp(
    'randAugment',
    { ops, magnitude },
    {
      kind: 'pixels',
      run: async (images, draws) => {
        let current = images.clone();
        for (let i = 0; i < ops; i++) {
          const before: tf.Tensor4D = current;
          const steps = draws.map((random) => drawStep(random, choices, magnitude / LEVELS));
          current = await runEach(before, draws, steps).finally(() => before.dispose());
        }
        return current;
      },
    },
  );
}

/** A random operation at this magnitude, in a random direction when it has two. */
export function drawStep(random: Random, choices: readonly PolicyOp[], magnitude: number): PictureStep | undefined {
  const op = choices[random.integer(choices.length)]!;
  const negative = random.uniform() < 0.5;
  return op.at(op.signed && negative ? -magnitude : magnitude);
}
