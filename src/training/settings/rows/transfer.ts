import { TEST_RANGE } from '../../../data';
import { variantNames } from '../../variants';
import { monitors, recipeNames } from '../choices';
import { COUNT, type Rows } from '../setting';

/** The settings of what is measured, and of how much of the backbone trains. */
export const transferRows: Rows<'test' | 'monitor' | 'recipe' | 'variant' | 'blocks' | 'headEpochs' | 'stages'> = {
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
