export { type PreviewOptions, previewAugmentation } from './augmentationPreview';
