export { type PreviewOptions, previewAugmentation } from './augmentationPreview';
export type { Explained } from './classifier';
export { type EmbeddedFeatures, type EmbedOptions, embed, embedPictures } from './embed';
export {
  type ExplainOptions,
  explainPictures,
  type GalleryOptions,
  mistakes,
  type Predicted,
  type PredictedPicture,
  suspectPictures,
  topLosses,
} from './gallery';
export { type GradCamOptions, gradCam, type Heatmap } from './gradCam';
export { type OcclusionOptions, occlusionMap } from './occlusion';
export { heatmapOverlay } from './overlay';
