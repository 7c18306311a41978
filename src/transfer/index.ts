export { type AttachHeadOptions, attachHead } from './attachHead';
export { type FeatureSource, featureSource } from './featureSource';
export { type ExtractFeaturesOptions, extractFeatures, type Features, selectRows } from './features';
export { type FreezeOptions, freeze, type UnfreezeOptions, unfreeze } from './freeze';
export { type FrozenPart, findFrozenPart } from './frozenPart';
export { type FrozenSourceOptions, frozenSource, keptOnDisk } from './frozenSource';
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
export { forward, PictureNetwork } from './pictureNetwork';
export { type AugmentedViews, Pictures, type PicturesOptions } from './pictures';
export { PixelMemory } from './pixelMemory';
export { PixelStore } from './pixelStore';
export type { LayerBlock, LayerSelection } from './selectLayers';
export {
  type AugmentedView,
  type ExtractViewsOptions,
  extractViews,
  type FeatureRows,
  sumSeconds,
  withViews,
} from './views';
