import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { type Precision, precisions } from '../tensorflow/graph';
import { type OptimizerName, optimizerNames } from './optimizers';
import { type ScheduleName, scheduleNames } from './schedules';
import { type FitOptions, fitSettings } from './settings';

/**
 * How much of the backbone is trained. Feature extraction: none of it, only the head. Hybrid: the head and the last blocks.
 * Fine-tune all: everything. Two-phase: the head first, then more and more blocks at a smaller rate.
 */
export const variants = ['feature-extraction', 'hybrid', 'fine-tune-all', 'two-phase'] as const;
export type Variant = (typeof variants)[number];

/** Pre-trained on ImageNet, or random: what from-scratch training starts with. */
export const weightSources = ['imagenet', 'random'] as const;

export const heads = ['linear', 'dense'] as const;

/** What a training run is made of; with the data, all that is needed to repeat it. */
export interface TrainSettings {
  /** a name of the registry */
  backbone: string;
  /** what the backbone starts with */
  weights: (typeof weightSources)[number];
  /** side of the square that pictures are made to, in pixels; 0: what the weights were trained at */
  inputSize: number;
  variant: Variant;
  epochs: number;
  batchSize: number;
  /** of the head */
  learningRate: number;
  /** part of the features dropped in training, in the head */
  dropout: number;
  /** a preset of {@link augmentationPresets}, or 'none'; of training pictures only */
  augment: string;
  /**
   * augmented views of each training picture beside the picture itself. The first epoch sees the pictures as they are, each
   * other epoch another view of them, in turn; without a frozen layer every epoch sees new ones. In feature extraction they are the
   * same for every seed, so that the runs of a study share them.
   */
  views: number;
  /** part of each class that goes to validation, where the folder does not say */
  validation: number;
  /** decides the split, the first weights of the head, the order of examples and the dropout masks */
  seed: number;
  /** 'linear': dropout and one dense layer. 'dense': 256 hidden units with ReLU, L2 and dropout before it */
  head: (typeof heads)[number];
  /** factor of the L2 penalty of the dense head's hidden layer */
  l2: number;
  optimizer: OptimizerName;
  /** of AdamW */
  weightDecay: number;
  schedule: ScheduleName;
  /** epochs in which the learning rates rise from 0 */
  warmUp: number;
  labelSmoothing: number;
  classWeights: 'none' | 'balanced';
  /** bound on the norm of all gradients together; 0: none */
  clip: number;
  /** momentum of a moving average of the weights; 0: none */
  averaging: number;
  /** epochs without a lower validation loss before training (a stage of it) ends with the best weights; 0: never */
  patience: number;
  /** how many blocks of the backbone, from the top, hybrid and two-phase train */
  blocks: number;
  /** of the backbone's highest block */
  backboneLearningRate: number;
  /** each block below trains at this part of the rate of the one above */
  layerDecay: number;
  /**
   * What frozen layers are computed in: 'bfloat16' is about twice as fast where the processor has it, from some hundreds of
   * pictures on, and less exact.
   */
  precision: Precision;
  /** how batch normalization in unfrozen blocks runs in training */
  batchNormalization: 'inference' | 'training';
  /** epochs of the first phase of two-phase, in which only the head trains */
  headEpochs: number;
  /** in how many steps two-phase unfreezes its blocks */
  stages: number;
}

export interface TrainOptions extends Partial<TrainSettings> {
  /** take features from the cache and keep them there; default true */
  cache?: boolean;
  /** folder for the state after each epoch; default none */
  checkpoint?: string;
  /** go on from what is in that folder; default false */
  resume?: boolean;
  listener?: Listener;
}

export const defaultSettings: TrainSettings = {
  backbone: 'efficientnet-lite0',
  weights: 'imagenet',
  inputSize: 0,
  variant: 'feature-extraction',
  epochs: 20,
  batchSize: 32,
  learningRate: 3e-3,
  dropout: 0.2,
  augment: 'none',
  views: 4,
  validation: 0.25,
  seed: 0,
  head: 'linear',
  l2: 0.01,
  optimizer: 'adam',
  weightDecay: 0.004,
  schedule: 'constant',
  warmUp: 0,
  labelSmoothing: 0,
  classWeights: 'none',
  clip: 0,
  averaging: 0,
  patience: 0,
  blocks: 3,
  backboneLearningRate: 1e-4,
  layerDecay: 1,
  precision: 'float32',
  batchNormalization: 'inference',
  headEpochs: 5,
  stages: 2,
};

/** Beyond it a number is a slip, or made to keep the machine busy. */
const whole = { min: 1, max: 1e6, integer: true };
/** What the numbers among the settings may be. */
const ranges = {
  inputSize: { min: 0, max: 4096, integer: true },
  epochs: whole,
  batchSize: whole,
  learningRate: { min: 0 },
  dropout: { min: 0, max: 0.99 },
  views: { min: 1, max: 1000, integer: true },
  validation: { min: 0.01, max: 0.99 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
  l2: { min: 0 },
  weightDecay: { min: 0 },
  warmUp: { min: 0 },
  labelSmoothing: { min: 0, max: 0.99 },
  clip: { min: 0 },
  averaging: { min: 0, max: 0.9999 },
  patience: { min: 0 },
  blocks: whole,
  backboneLearningRate: { min: 0 },
  layerDecay: { min: 0, max: 1 },
  headEpochs: whole,
  stages: whole,
} satisfies Partial<Record<keyof TrainSettings, Parameters<typeof checkNumber>[2]>>;

/** What of the options is not part of the settings. */
export interface TrainSurroundings {
  cache: boolean;
  checkpoint: string | undefined;
  resume: boolean;
  listener: Listener;
}

/** @throws {UserError} on an unknown option, or a value that is none of those to choose from */
export function trainSettings(options: TrainOptions | undefined): TrainSettings & TrainSurroundings {
  const settings = withDefaults<TrainSettings & TrainSurroundings>('train', options, {
    ...defaultSettings,
    cache: true,
    checkpoint: undefined,
    resume: false,
    listener: {},
  });
  oneOf('variant', 'variants', settings.variant, variants);
  oneOf('source of weights', 'sources', settings.weights, weightSources);
  oneOf('head', 'heads', settings.head, heads);
  oneOf('optimizer', 'optimizers', settings.optimizer, optimizerNames);
  oneOf('schedule', 'schedules', settings.schedule, scheduleNames);
  oneOf('class weights', 'choices', settings.classWeights, ['none', 'balanced']);
  oneOf('precision', 'precisions', settings.precision, precisions);
  oneOf('mode of batch normalization', 'modes', settings.batchNormalization, ['inference', 'training']);
  for (const [name, range] of Object.entries(ranges)) {
    checkNumber(`train: ${name}`, settings[name as keyof typeof ranges], range);
  }
  fitSettings(fitOptionsOf(settings));
  if (settings.resume && settings.checkpoint === undefined) {
    throw new UserError('train: resume needs a checkpoint folder');
  }
  if (settings.variant === 'two-phase' && settings.headEpochs >= settings.epochs) {
    throw new UserError(
      `two-phase training needs more than its ${settings.headEpochs} epochs of the head, got epochs ${settings.epochs}`,
    );
  }
  return settings;
}

function oneOf(name: string, names: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  throw new UserError(
    `unknown ${name} ${shown(value).replace(/^"(.*)"$/, "'$1'")}; the ${names} are ${known.join(', ')}${typeof value === 'string' ? didYouMean(value, known) : ''}`,
  );
}

/** The part of the settings that says how a fit goes. */
export function fitOptionsOf(settings: TrainSettings): FitOptions {
  const { batchSize, learningRate, seed, optimizer, weightDecay, schedule, warmUp, averaging } = settings;
  return {
    batchSize,
    learningRate,
    seed,
    schedule,
    warmUp,
    averaging,
    optimizer: optimizer === 'adamw' ? { name: 'adamw', weightDecay } : optimizer,
    loss: { name: 'auto', labelSmoothing: settings.labelSmoothing },
    classWeights: settings.classWeights === 'balanced' ? 'balanced' : undefined,
    clipping: settings.clip > 0 ? { globalNorm: settings.clip } : undefined,
    earlyStopping: settings.patience > 0 ? { patience: settings.patience } : undefined,
  };
}
