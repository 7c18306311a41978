/**
 * Explain the predictions of a model: Grad-CAM and occlusion heat maps, feature maps of its layers, two-dimensional embeddings of features, galleries of
 * mistakes and of suspect labels. Galleries and overlays are drawn by `charts.pictureGrid`.
 *
 * @module
 */

export type { ExplainOptions } from '../analysis/explain';
export {
  type EmbeddedFeatures,
  type EmbedOptions,
  type ExplainableModel,
  embed,
  embedPictures,
  type FeatureMapOptions,
  featureMaps,
  type GalleryOptions,
  type GradCamOptions,
  gradCam,
  type Heatmap,
  heatmapOverlay,
  mistakes,
  type OcclusionOptions,
  occlusionMap,
  type PredictedPicture,
  type PredictionSet,
  suspectPictures,
  topLosses,
} from '../analysis/explain';
