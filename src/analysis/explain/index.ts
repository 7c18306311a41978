export { type PreviewOptions, previewAugmentation } from './augmentationPreview';
export type { ExplainableModel } from './classifier';
export { type EmbeddedFeatures, type EmbedOptions, embed, embedPictures } from './embed';
export { type FeatureMapOptions, featureMaps } from './featureMaps';
export {
  type ExplainOptions,
  explainPictures,
  type GalleryOptions,
  mistakes,
  type PredictedPicture,
  type PredictionSet,
  suspectPictures,
  topLosses,
} from './gallery';
export { type GradCamOptions, gradCam, type Heatmap } from './gradCam';
export { type OcclusionOptions, occlusionMap } from './occlusion';
export { asColors, heatmapOverlay } from './overlay';
