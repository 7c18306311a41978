export { type AttachHeadOptions, attachHead } from './attachHead';
export { type ChangedWeights, changedWeights } from './changedWeights';
export { type FreezeOptions, freeze, type UnfreezeOptions, unfreeze } from './freeze';
export {
  buildDenseHead,
  buildHead,
  buildPoolingHead,
  type DenseHeadOptions,
  DROPOUT_RANGE,
  type HeadOptions,
  L2_RANGE,
  type PoolingHeadOptions,
} from './head';
export { type LayerTableOptions, layerTable } from './layerTable';
export { DECAY_RANGE, type LearningRatesOptions, learningRateGroups, RATE_RANGE } from './learningRates';
export type { LayerBlock, LayerSelection } from './selectLayers';
