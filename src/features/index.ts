export type { ArrayData, Batch, BatchSource, Data } from './batchSource';
export { withChannelStatistics } from './channelStatistics';
export type { DomainReferences } from './domain/domainReferences';
export { type DomainSimilarity, type DomainSimilarityOptions, domainSimilarity } from './domain/domainSimilarity';
export {
  type ExtractFeaturesOptions,
  extractFeatures,
  type FeatureNetwork,
  type Features,
  type Network,
  selectRows,
} from './features';
export { type FrozenPart, findFrozenPart } from './frozenPart';
export type { FrozenCounts, FrozenRowsOptions } from './frozenRows';
export { frozenSource } from './frozenSource';
export { type ImageTensorsOptions, imageTensors } from './imageTensors';
export type { PictureInput, PictureInputs } from './pictureInputs';
export { forward, PictureNetwork } from './pictureNetwork';
export { type AugmentedViews, Pictures, type PicturesOptions } from './pictures';
export { PixelMemory } from './pixelMemory';
export { PixelStore } from './pixelStore';
