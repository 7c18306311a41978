import { augmentationKey } from '../augment';
import { sha256 } from '../core/files';
import type { Backbone } from '../models';
import type { Precision } from '../tensorflow/graph';
import { RowStore } from './rowStore';
import type { AugmentedView } from './views';

/** Counts up when the way features are computed changes, so that older ones are not taken. */
const VERSION = 1;

/**
 * The features of pictures on disk, so that the frozen part of a network is paid for once.
 *
 * An entry is found by what it was computed from: the picture's content, the weights, the preprocessing and the precision;
 * of an augmented view also the ops with their settings, the seed and the number of the view.
 */
export class FeatureStore extends RowStore {
  constructor(
    { entry, weightsHash }: Pick<Backbone, 'entry' | 'weightsHash'>,
    view?: AugmentedView,
    precision: Precision = 'float32',
  ) {
    const looked = view ? [augmentationKey(view.augmentation), view.seed, view.number] : [];
    const rounded = precision === 'float32' ? [] : [precision];
    const key = sha256(JSON.stringify([VERSION, weightsHash, entry.preprocessing, ...looked, ...rounded]));
    super(entry.name, key, entry.features);
  }
}
