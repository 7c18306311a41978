import { checkNumber } from '../core/options';
import type { Random } from '../core/random';
import type { Augmentation, PictureSize, Step } from './augmentation';
import { identityColors, type Rgb } from './color/colorMatrix';
import { defineOp } from './defineOp';
import { runEach } from './eachPicture';
import { identityMatrix } from './geometric/matrix';
import { augmentation } from './pipeline';

/**
 * Apply an operation to each picture with a probability only. In a pipeline every operation is drawn separately. Operations that
 * mix pictures (`mixUp`, `cutMix`) have a probability of their own and do not change.
 *
 * @param op an operation or a pipeline
 * @param probability probability that a picture is changed, from 0 to 1
 * @throws {UserError} when the probability is out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * const blur = augment.sometimes(augment.gaussianBlur({ sigma: [1, 2] }), 0.2);
 * blur.settings; // => { sigma: [ 1, 2 ], reach: 6, appliedTo: 0.2 }
 * ```
 */
export function sometimes(op: Augmentation, probability: number): Augmentation {
  checkNumber('sometimes: probability', probability, { min: 0, max: 1 });
  if (!op.step) return augmentation(op.ops.map((inner) => sometimes(inner, probability)));
  const step = withProbability(op.step, probability);
  return step === op.step ? op : defineOp(op.name, { ...op.settings, appliedTo: probability }, step);
}

function withProbability(step: Step, probability: number): Step {
  switch (step.kind) {
    case 'warp':
      return {
        ...step,
        matrix: (random: Random, size: PictureSize) =>
          random.uniform() < probability ? step.matrix(random, size) : identityMatrix,
      };
    case 'color':
      return {
        ...step,
        matrix: (random: Random, mean: Rgb) =>
          random.uniform() < probability ? step.matrix(random, mean) : identityColors,
      };
    case 'pixels':
      return {
        kind: 'pixels',
        run: (images, draws) =>
          runEach(
            images,
            draws,
            draws.map((random) => (random.uniform() < probability ? step : undefined)),
          ),
      };
    case 'mix':
      return step;
  }
}
