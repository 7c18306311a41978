/**
 * Why a network answers as it does: heat maps, embeddings, galleries of mistakes.
 *
 * @module
 */

export type { ExplainOptions } from '../analysis/explain';
export {
  type EmbeddedFeatures,
  type EmbedOptions,
  type Explained,
  embed,
  embedPictures,
  type GalleryOptions,
  type GradCamOptions,
  gradCam,
  type Heatmap,
  heatmapOverlay,
  mistakes,
  type OcclusionOptions,
  occlusionMap,
  type Predicted,
  type PredictedPicture,
  suspectPictures,
  topLosses,
} from '../analysis/explain';
