import { checkNumber, withDefaults } from '../../core/options';
import type { Random } from '../../core/random';
import type { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { type PictureStep, runEach } from '../eachPicture';
import { type PolicyLimits, type PolicyOp, policyOps } from './policyOps';

/** How finely magnitudes are told apart, as in the papers: 0 to 30. */
export const LEVELS = 30;

export interface RandAugmentOptions {
  /** ops a picture, one after the other; default 2 */
  ops?: number;
  /** strength of all of them, 0 to 30; default 9, the authors' for ImageNet */
  magnitude?: number;
}

const limits: PolicyLimits = { shear: 0.3, shift: 0.45, rotation: 30, factor: 0.9, bits: 4 };

/**
 * A few ops for each picture, drawn from fourteen, all at one strength (Cubuk et al. 2020, RandAugment; limits as in
 * torchvision).
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

/** One of the ops at this magnitude, in one direction or the other where it has two. */
export function drawStep(random: Random, choices: readonly PolicyOp[], magnitude: number): PictureStep | undefined {
  const op = choices[random.integer(choices.length)]!;
  const negative = random.uniform() < 0.5;
  return op.at(op.signed && negative ? -magnitude : magnitude);
}
