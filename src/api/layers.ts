/**
 * Changes to a model, and what training has changed: options of `freeze`, `attachHead` and the heads, and how layers are named in them.
 *
 * @module
 */

export type { AttachHeadOptions, DenseHeadOptions, FreezeOptions, HeadOptions, UnfreezeOptions } from '../layers';
export {
  buildPoolingHead,
  type ChangedWeights,
  changedWeights,
  type LayerBlock,
  type LayerSelection,
  type LayerTableOptions,
  type LearningRatesOptions,
  type PoolingHeadOptions,
} from '../layers';
