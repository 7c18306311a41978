import { augmentationNames } from '../../../augment';
import { DROPOUT_RANGE, L2_RANGE } from '../../../layers';
import { classWeightings, heads, interpolations, mixings } from '../choices';
import type { Rows } from '../setting';

/** The settings against overfitting. */
export const regularizationRows: Rows<
  | 'augment'
  | 'views'
  | 'mixing'
  | 'head'
  | 'dropout'
  | 'l2'
  | 'weightDecay'
  | 'labelSmoothing'
  | 'classWeights'
  | 'patience'
  | 'interpolation'
> = {
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
  mixing: {
    choices: () => mixings,
    noun: 'mixing',
    default: 'none',
    sentence:
      'Whether the training pictures of a batch (where layers are frozen: their outputs) are mixed in pairs, and their labels with them: blended by mixup, or with a box of the other picture by cutmix.',
    chapter: '03-augment',
    value: 'how',
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
};
