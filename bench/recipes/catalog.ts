import { findHeadRate, type TrainOptions } from '../../src/training';
import type { Recipe } from './runs';

/** Every other recipe is compared with it. */
export const REFERENCE = 'feature-extraction';

/** The recommended recipe of each variant. */
export const recipes: Record<string, Recipe> = {
  [REFERENCE]: { variant: 'feature-extraction' },
  'feature-extraction-augmented': { variant: 'feature-extraction-augmented' },
  hybrid: { variant: 'hybrid' },
  'two-phase': { variant: 'two-phase' },
  'fine-tune-all': { variant: 'fine-tune-all' },
  'probe-then-fine-tune': { variant: 'probe-then-fine-tune' },
};

/** The recipe of hybrid without one of its parts, or with one more. */
export const ablation: Record<string, TrainOptions> = {
  'no recipe': { recipe: 'none', augment: 'standard' },
  'head not first': { headEpochs: 0, interpolation: 'none' },
  'no interpolation': { interpolation: 'none' },
  'rate 3e-4': { backboneLearningRate: 3e-4 },
  'constant rate': { schedule: 'constant' },
  'same rate in all blocks': { layerDecay: 1 },
  adam: { optimizer: 'adam' },
  'not augmented': { augment: 'none' },
  'last 3 blocks': { blocks: 3 },
  'with label smoothing': { labelSmoothing: 0.1 },
  'with averaged weights': { averaging: 0.1 },
  'with mixup': { mixing: 'mixup' },
  'with CutMix': { mixing: 'cutmix' },
};

/** The reference with a learning rate that the finder measured, in place of the default. */
export const found: Record<string, Recipe> = Object.fromEntries(
  (['valley', 'steepest'] as const).map((kind) => [
    `rate at the ${kind}`,
    async (dataset, seed) => {
      const { [kind]: learningRate } = await findHeadRate(dataset, { variant: REFERENCE, seed });
      return { variant: REFERENCE, ...(learningRate !== null && { learningRate }) };
    },
  ]),
);
