export type { ArrayData, Batch, BatchSource, Data } from './batchSource';
export { type FeatureSource, featureSource } from './featureSource';
export { type ExtractFeaturesOptions, extractFeatures, type Features, selectRows } from './features';
export { type FrozenPart, findFrozenPart } from './frozenPart';
export { type FrozenSourceOptions, frozenSource, keptOnDisk } from './frozenSource';
export { type ImageTensorsOptions, imageTensors } from './imageTensors';
export { forward, PictureNetwork } from './pictureNetwork';
export { type AugmentedViews, Pictures, type PicturesOptions } from './pictures';
export { PixelMemory } from './pixelMemory';
export { PixelStore } from './pixelStore';
export {
  type AugmentedView,
  type ExtractViewsOptions,
  extractViews,
  type FeatureRows,
  sumSeconds,
  withViews,
} from './views';
