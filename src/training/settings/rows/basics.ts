import { VALIDATION_RANGE } from '../../../data';
import { COUNT, type Rows } from '../setting';

/** The settings that every training has: how long, in which steps, on which pictures. */
export const basicRows: Rows<'epochs' | 'batchSize' | 'validation' | 'seed'> = {
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
};
