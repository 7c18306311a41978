import type { AugmentationName } from '../augment';
import type { BatchNormalizationMode, WeightSource } from './settings/choices';

/** Settings that a variant can bring along. */
export interface ImpliedSettings {
  /** What the weights of the backbone start as. */
  weights?: WeightSource;
  /** The preset that augments the training pictures. */
  augment?: AugmentationName;
  /** How batch normalization runs in blocks that train. */
  batchNormalization?: BatchNormalizationMode;
  /** The learning rate of the highest block of the backbone. */
  backboneLearningRate?: number;
}

/** One way of transfer: what it trains, when, and with which settings. */
export interface VariantEntry {
  /** what it does, in one sentence */
  sentence: string;
  /** paper and year that it follows, where there is one */
  paper?: string;
  /** which part of the backbone trains beside the head: nothing, the last `blocks` blocks, or everything */
  trains: 'head' | 'last blocks' | 'all layers';
  /** in how many epochs only the head trains, at the beginning, unless another number is given; 0: none */
  headEpochs: number;
  /** whether the last blocks follow the head in `stages` steps, instead of at once */
  gradual: boolean;
  /** settings that differ from the defaults in this variant, unless they are given */
  implies: ImpliedSettings;
  /** settings that would make another variant of it, and which one */
  excludes?: { settings: ImpliedSettings; instead: string };
}

/**
 * All variants of transfer by name: what each trains, when, and which settings it brings along. `train`, `tunebook train --variant` and
 * studies know the same ones.
 *
 * @example
 * ```ts
 * import { variants } from 'tunebook';
 * variants['from-scratch'].sentence; // => 'Trains all layers from random weights: what pre-training is worth.'
 * variants['feature-extraction-augmented'].implies; // => { augment: 'standard' }
 * ```
 */
export const variants = {
  'feature-extraction': {
    sentence: 'Trains only the head; the backbone stays as it is.',
    paper: 'Donahue et al. 2014, DeCAF',
    trains: 'head',
    headEpochs: 0,
    gradual: false,
    implies: {},
  },
  'feature-extraction-augmented': {
    sentence: 'Trains only the head, on augmented views of the training pictures.',
    trains: 'head',
    headEpochs: 0,
    gradual: false,
    implies: { augment: 'standard' },
    excludes: { settings: { augment: 'none' }, instead: 'feature-extraction' },
  },
  hybrid: {
    sentence: 'Trains the head and the last blocks of the backbone together.',
    paper: 'Yosinski et al. 2014, How transferable are features in deep neural networks?',
    trains: 'last blocks',
    headEpochs: 0,
    gradual: false,
    implies: {},
  },
  'fine-tune-all': {
    sentence: 'Trains the head and all layers of the backbone together.',
    trains: 'all layers',
    headEpochs: 0,
    gradual: false,
    implies: {},
  },
  'two-phase': {
    sentence: 'Trains the head alone first, then more and more of the last blocks with it.',
    paper: 'Howard and Ruder 2018, ULMFiT',
    trains: 'last blocks',
    headEpochs: 5,
    gradual: true,
    implies: {},
  },
  'probe-then-fine-tune': {
    sentence: 'Trains the head alone first, then all layers at once.',
    paper: 'Kumar et al. 2022, LP-FT',
    trains: 'all layers',
    headEpochs: 5,
    gradual: false,
    implies: {},
  },
  'from-scratch': {
    sentence: 'Trains all layers from random weights: what pre-training is worth.',
    trains: 'all layers',
    headEpochs: 0,
    gradual: false,
    implies: { weights: 'random', batchNormalization: 'training', backboneLearningRate: 3e-3 },
    excludes: { settings: { weights: 'imagenet' }, instead: 'fine-tune-all' },
  },
} as const satisfies Record<string, VariantEntry>;

/** The name of a variant. */
export type Variant = keyof typeof variants;

/**
 * The names of all variants.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.variantNames.includes('from-scratch'); // => true
 * ```
 */
export const variantNames = Object.keys(variants) as readonly Variant[];

/** What is known of a variant. */
export const variantEntry = (name: Variant): VariantEntry => variants[name];
