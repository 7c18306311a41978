import { checkNumber } from '../core/options';
import type { Random } from '../core/random';
import type { Augmentation, PictureSize, Step } from './augmentation';
import { identityColors, type Rgb } from './color/colorMatrix';
import { defineOp } from './defineOp';
import { runEach } from './eachPicture';
import { identityMatrix } from './geometric/matrix';
import { augmentation } from './pipeline';

/**
 * An op for some of the pictures only, drawn for each picture. The others are not computed. Of a pipeline each op is
 * drawn by itself. An op that mixes pictures has a probability of its own and is left as it is.
 *
 * @param probability of a picture to be changed, 0 to 1
 */
export function sometimes(op: Augmentation, probability: number): Augmentation {
  checkNumber('sometimes: probability', probability, { min: 0, max: 1 });
  if (!op.step) return augmentation(op.ops.map((inner) => sometimes(inner, probability)));
  const step = sparing(op.step, probability);
  return step === op.step ? op : defineOp(op.name, { ...op.settings, appliedTo: probability }, step);
}

function sparing(step: Step, probability: number): Step {
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
