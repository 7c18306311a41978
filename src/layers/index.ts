export { type AttachHeadOptions, attachHead } from './attachHead';
export { type FreezeOptions, freeze, type UnfreezeOptions, unfreeze } from './freeze';
export {
  buildDenseHead,
  buildHead,
  buildPoolingHead,
  type DenseHeadOptions,
  type HeadOptions,
  type PoolingHeadOptions,
} from './head';
export { type LayerTableOptions, layerTable } from './layerTable';
export { type LearningRatesOptions, learningRateGroups } from './learningRates';
export type { LayerBlock, LayerSelection } from './selectLayers';
