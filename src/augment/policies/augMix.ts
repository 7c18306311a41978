import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { type Draws, perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { type PictureStep, runEach } from '../eachPicture';
import { drawShares } from '../range';
import { type PolicyLimits, type PolicyOp, policyOps } from './policyOps';
import { drawStep, LEVELS } from './randAugment';

/** Options of {@link augMix}. */
export interface AugMixOptions {
  /** Number of chains, from 1 to 10. Default: 3 */
  chains?: number;
  /** Operations per chain, from 1 to 10; -1 draws one to three. Default: -1 */
  depth?: number;
  /** The largest strength of an operation, from 1 to 10. Default: 3 */
  severity?: number;
  /** Concentration of the Dirichlet and Beta distributions of the mixing weights, at least 0.001. Default: 1 */
  alpha?: number;
}

const limits: PolicyLimits = { shear: 0.3, shift: 1 / 3, rotation: 30, factor: 0.9, bits: 4 };
/** Excluded by the authors, because the method is tested on similar corruptions. */
const excluded = ['identity', 'brightness', 'contrast', 'saturation', 'sharpness'];

/**
 * Blend each picture with a mixture of several versions of itself, each made by a short chain of operations (Hendrycks et al. 2020,
 * AugMix). The paper's consistency loss is not included.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.augMix({ severity: 2 }).settings; // => { chains: 3, depth: -1, severity: 2, alpha: 1 }
 * ```
 */
export function augMix(options?: AugMixOptions): Augmentation {
  const given = withDefaults('augMix', options, { chains: 3, depth: -1, severity: 3, alpha: 1 });
  const { chains, depth, severity, alpha } = given;
  checkNumber('augMix: chains', chains, { min: 1, max: 10, integer: true });
  checkNumber('augMix: depth', depth, { min: -1, max: 10, integer: true });
  checkNumber('augMix: severity', severity, { min: 1, max: 10 });
  checkNumber('augMix: alpha', alpha, { min: 0.001 });
  const choices = policyOps(limits).filter(({ name }) => !excluded.includes(name));
  return defineOp(
    'augMix',
    { ...given },
    {
      kind: 'pixels',
      run: async (images, draws) => {
        const shares = draws.map((random) => drawShares(random, alpha, chains));
        const kept = draws.map((random) => drawShares(random, alpha, 2)[0]!);
        let mixed = tf.tidy(() => images.mul(perPicture(kept)) as tf.Tensor4D);
        for (let chain = 0; chain < chains; chain++) {
          const end = await runChain(images, draws, choices, depth, severity / 10);
          const before = mixed;
          mixed = tf.tidy(
            () => end.mul(perPicture(shares.map((row, i) => row[chain]! * (1 - kept[i]!)))).add(before) as tf.Tensor4D,
          );
          end.dispose();
          before.dispose();
        }
        const result = mixed.clipByValue(0, 255) as tf.Tensor4D;
        mixed.dispose();
        return result;
      },
    },
  );
}

async function runChain(
  images: tf.Tensor4D,
  draws: Draws,
  choices: readonly PolicyOp[],
  depth: number,
  strongest: number,
): Promise<tf.Tensor4D> {
  const lengths = draws.map((random) => (depth > 0 ? depth : 1 + random.integer(3)));
  let current = images.clone();
  for (let i = 0; i < Math.max(...lengths); i++) {
    const before = current;
    const steps = draws.map((random, row): PictureStep | undefined => {
      const magnitude = (strongest * random.integer(LEVELS + 1)) / LEVELS;
      const step = drawStep(random, choices, magnitude);
      return i < lengths[row]! ? step : undefined;
    });
    current = await runEach(before, draws, steps).finally(() => before.dispose());
  }
  return current;
}
