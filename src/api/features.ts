/**
 * From files to what a head sees, step by step: pixels, views, the frozen part of a network computed once.
 *
 * @module
 */

export type { ExtractFeaturesOptions } from '../features';
export {
  type ArrayData,
  type AugmentedViews,
  type Batch,
  type BatchSource,
  type Data,
  type FeatureNetwork,
  type FrozenCounts,
  type FrozenPart,
  type FrozenRowsOptions,
  findFrozenPart,
  frozenSource,
  type ImageTensorsOptions,
  imageTensors,
  type Network,
  type PictureInput,
  type PictureInputs,
  type PicturesOptions,
  withChannelStatistics,
} from '../features';
