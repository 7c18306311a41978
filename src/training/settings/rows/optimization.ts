import { DECAY_RANGE, RATE_RANGE } from '../../../layers';
import { optimizerNames } from '../../optimizers/build';
import { scheduleNames } from '../../schedules';
import type { Rows } from '../setting';

/** The settings of the steps: learning rates, and the method that changes the weights. */
export const optimizationRows: Rows<
  'learningRate' | 'backboneLearningRate' | 'layerDecay' | 'optimizer' | 'schedule' | 'warmUp' | 'clip' | 'averaging'
> = {
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
};
