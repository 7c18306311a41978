import { augmentationNames } from '../../augment';
import { fits, TEST_RANGE, VALIDATION_RANGE } from '../../data';
import { DECAY_RANGE, DROPOUT_RANGE, L2_RANGE, RATE_RANGE } from '../../layers';
import { backboneNames, checkBackbone, INPUT_SIZE } from '../../models';
import { precisions } from '../../tensorflow/graph';
import { optimizerNames } from '../optimizers/build';
import { scheduleNames } from '../schedules';
import { variantNames } from '../variants';
import {
  batchNormalizationModes,
  classWeightings,
  heads,
  interpolations,
  monitors,
  recipeNames,
  weightSources,
} from './choices';
import type { Setting } from './setting';
import type { TrainSettings } from './types';

/** Whole numbers; beyond the upper bound it is a slip, or made to keep the machine busy. */
const COUNT = { min: 1, max: 1e6, integer: true };

/**
 * Every setting of a training: default, range or choices, one sentence, and the chapter that teaches it, in the order of the
 * course. `train`, `fit`, the command line, studies, reports and docs/settings.md all read this table.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const { default: usual, min, max } = training.settingsTable.dropout;
 * [usual, min, max]; // => [ 0.2, 0, 0.99 ]
 * ```
 */
export const settingsTable: { readonly [Name in keyof TrainSettings]: Readonly<Setting<TrainSettings[Name]>> } = {
  epochs: {
    ...COUNT,
    default: 20,
    sentence: 'How many times training goes through the training pictures.',
    chapter: '00-quick-start',
    value: 'n',
  },
  batchSize: {
    ...COUNT,
    default: 32,
    sentence: 'How many pictures each training step takes.',
    chapter: '00-quick-start',
    value: 'n',
  },
  validation: {
    ...VALIDATION_RANGE,
    default: 0.25,
    sentence: 'The part of each class that is held out for validation, where the data do not say which pictures are.',
    chapter: '00-quick-start',
    value: 'part',
  },
  seed: {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
    default: 0,
    sentence:
      'Decides the split, the first weights of the head, the order of the pictures and all that is random in training.',
    chapter: '00-quick-start',
    value: 'n',
  },
  backbone: {
    choices: backboneNames,
    noun: 'backbone',
    default: 'efficientnet-lite0',
    sentence:
      "The pre-trained network: a name, hf://OWNER/MODEL on Hugging Face's hub, or an architecture with weights of your own.",
    other: checkBackbone,
    chapter: '01-choose-a-model',
    value: 'name',
  },
  weights: {
    choices: () => weightSources,
    noun: 'source of weights',
    plural: 'sources',
    default: 'imagenet',
    sentence: 'What the weights of the backbone start as: trained on ImageNet, or random.',
    chapter: '01-choose-a-model',
    value: 'source',
  },
  inputSize: {
    ...INPUT_SIZE,
    integer: true,
    zero: 'the size that the weights were trained at',
    default: 0,
    sentence: 'The side of the square that pictures are resized to, in pixels.',
    chapter: '01-choose-a-model',
    value: 'pixels',
  },
  fit: {
    choices: () => fits,
    noun: 'fit',
    plural: 'ways',
    default: 'crop',
    sentence:
      'How pictures become square: crop their centre, stretch them, or pad them with black borders so that all of them is seen.',
    chapter: '01-choose-a-model',
    value: 'how',
  },
  batchNormalization: {
    choices: () => batchNormalizationModes,
    noun: 'mode of batch normalization',
    plural: 'modes',
    default: 'inference',
    sentence:
      'How batch normalization runs in blocks that train: with the statistics of its pre-training, or with those of each batch.',
    chapter: '02-freeze-and-train-the-top',
    value: 'mode',
  },
  precision: {
    choices: () => precisions,
    noun: 'precision',
    default: 'float32',
    sentence:
      'The numbers that frozen layers compute with: bfloat16 is about twice as fast where the processor has it, and less exact.',
    chapter: '02-freeze-and-train-the-top',
    value: 'name',
  },
  augment: {
    choices: () => augmentationNames,
    noun: 'augmentation',
    default: 'none',
    sentence: 'The preset that changes training pictures at random in ways that keep what they show.',
    chapter: '03-augment',
    value: 'preset',
  },
  views: {
    min: 1,
    max: 1000,
    integer: true,
    default: 4,
    sentence:
      'How many augmented views of each training picture are made for frozen layers; without frozen layers each epoch makes new ones.',
    chapter: '03-augment',
    value: 'n',
  },
  head: {
    choices: () => heads,
    noun: 'head',
    default: 'linear',
    sentence:
      'The new layers on top of the backbone: one dense layer, or a hidden layer of 256 units with ReLU before it, both with dropout; or one dense layer that is logistic regression, computed exactly, with an L2 penalty that folds of the training pictures choose.',
    chapter: '04-regularize',
    value: 'kind',
  },
  dropout: {
    ...DROPOUT_RANGE,
    default: 0.2,
    sentence: 'The part of the features that the head drops at random in each training step.',
    chapter: '04-regularize',
    value: 'part',
  },
  l2: {
    ...L2_RANGE,
    default: 0.01,
    sentence: 'The factor of the L2 penalty on the hidden layer of the dense head.',
    chapter: '04-regularize',
    value: 'factor',
  },
  weightDecay: {
    min: 0,
    default: 0.004,
    sentence: 'The weight decay of the optimizer adamw; the other optimizers have none.',
    chapter: '04-regularize',
    value: 'factor',
  },
  labelSmoothing: {
    min: 0,
    max: 0.99,
    default: 0,
    sentence: 'The part of each label that is spread evenly over all classes.',
    chapter: '04-regularize',
    value: 'part',
  },
  classWeights: {
    choices: () => classWeightings,
    noun: 'class weights',
    plural: 'choices',
    default: 'none',
    sentence: 'Whether rare classes count more in the training loss, so that all classes count the same in sum.',
    chapter: '04-regularize',
    value: 'kind',
  },
  patience: {
    min: 0,
    zero: 'training never ends early',
    default: 0,
    sentence:
      'After how many epochs without a better validation loss (or what monitor says) training ends, with the weights of its best epoch.',
    chapter: '04-regularize',
    value: 'epochs',
  },
  interpolation: {
    choices: () => interpolations,
    noun: 'interpolation',
    default: 'none',
    sentence:
      'Whether the final weights are those after fine-tuning, or those on the way from the frozen backbone that suit the validation pictures best.',
    chapter: '04-regularize',
    value: 'how',
  },
  learningRate: {
    ...RATE_RANGE,
    default: 3e-3,
    sentence: 'The learning rate of the head.',
    chapter: '05-learning-rate',
    value: 'rate',
  },
  backboneLearningRate: {
    ...RATE_RANGE,
    zero: 'with a recipe, what suits the pictures by how much they look like those that it was trained on; without, it stays as it is',
    default: 1e-4,
    sentence: 'The learning rate of the highest block of the backbone that trains.',
    chapter: '05-learning-rate',
    value: 'rate',
  },
  layerDecay: {
    ...DECAY_RANGE,
    default: 1,
    sentence: 'The factor between the learning rate of each block of the backbone and that of the block above it.',
    chapter: '05-learning-rate',
    value: 'factor',
  },
  optimizer: {
    choices: () => optimizerNames,
    noun: 'optimizer',
    default: 'adam',
    sentence: 'The method that changes the weights along their gradients.',
    chapter: '05-learning-rate',
    value: 'name',
  },
  schedule: {
    choices: () => scheduleNames,
    noun: 'schedule',
    default: 'constant',
    sentence: 'How the learning rates change during training.',
    chapter: '05-learning-rate',
    value: 'name',
  },
  warmUp: {
    min: 0,
    default: 0,
    sentence: 'Over how many epochs the learning rates rise from 0 at the beginning.',
    chapter: '05-learning-rate',
    value: 'epochs',
  },
  clip: {
    min: 0,
    zero: 'no bound',
    default: 0,
    sentence: 'The upper bound on the norm of all gradients together.',
    chapter: '05-learning-rate',
    value: 'norm',
  },
  averaging: {
    min: 0,
    max: 1,
    zero: 'no average',
    default: 0,
    sentence:
      'The part of the training that a moving average of the weights reaches back over, such as 0.1; the model ends with the average.',
    chapter: '05-learning-rate',
    value: 'part',
  },
  test: {
    ...TEST_RANGE,
    zero: 'none beside those that the data name',
    default: 0,
    sentence:
      'The part of each class that is put aside as test pictures, where the data do not say which are: they are evaluated once, after training.',
    chapter: '06-monitor',
    value: 'part',
  },
  monitor: {
    choices: () => monitors,
    noun: 'measure to monitor',
    plural: 'measures',
    default: 'loss',
    sentence: 'The measure of the validation pictures by which patience chooses the best epoch.',
    chapter: '06-monitor',
    value: 'measure',
  },
  recipe: {
    choices: () => recipeNames,
    noun: 'recipe',
    default: 'standard',
    sentence:
      'Whether settings that are not given suit the variant and the number of pictures, or have the defaults of this table.',
    chapter: '07-transfer-variants',
    value: 'name',
  },
  variant: {
    choices: () => variantNames,
    noun: 'variant',
    default: 'feature-extraction',
    sentence: 'The way of transfer: how much of the backbone trains, and when.',
    chapter: '07-transfer-variants',
    value: 'name',
  },
  blocks: {
    ...COUNT,
    zero: 'a third of them',
    default: 3,
    sentence: 'How many of the last blocks of the backbone hybrid and two-phase train.',
    chapter: '07-transfer-variants',
    value: 'n',
  },
  headEpochs: {
    ...COUNT,
    zero: 'the head never trains alone',
    default: 0,
    sentence: 'In how many of the epochs only the head trains, at the beginning.',
    chapter: '07-transfer-variants',
    value: 'n',
  },
  stages: {
    ...COUNT,
    default: 2,
    sentence: 'In how many steps two-phase goes from the highest to the lowest of its blocks.',
    chapter: '07-transfer-variants',
    value: 'n',
  },
};
