import type { TrainOptions } from '../training';

/**
 * Ways of transfer as plain data: what each sets in the options of `train`. An axis `variant` of a study may name them;
 * settings of the study fill in the rest.
 */
export const transferVariants = {
  /** all layers from random weights, at the head's rate: what the pre-training is worth */
  'from-scratch': {
    variant: 'fine-tune-all',
    weights: 'random',
    batchNormalization: 'training',
    backboneLearningRate: 3e-3,
  },
  /** the head only (Donahue et al. 2014, DeCAF) */
  'feature-extraction': { variant: 'feature-extraction' },
  'feature-extraction-augmented': { variant: 'feature-extraction', augment: 'standard' },
  /** the head and the last blocks (Yosinski et al. 2014) */
  hybrid: { variant: 'hybrid' },
  'fine-tune-all': { variant: 'fine-tune-all' },
  /** the head, then more and more blocks (Howard and Ruder 2018, ULMFiT) */
  'two-phase': { variant: 'two-phase' },
  /** the head, then all layers at once (Kumar et al. 2022, LP-FT) */
  'probe-then-fine-tune': { variant: 'two-phase', stages: 1, blocks: 1000 },
} as const satisfies Record<string, TrainOptions>;
