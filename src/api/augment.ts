/**
 * Operations on pictures for `augmentation([...])`, presets of them, and predictions over several views of a picture.
 *
 * @module
 */

export type { PreviewOptions } from '../analysis/explain';
export type { LabelledImages, PictureSize } from '../augment';
export {
  type AugmentationPreset,
  type AugmentationPresetName,
  adviseAugmentation,
  augmentationCost,
  augmentationPresets,
  augmentPictures,
  type CostOptions,
  type Ends,
  everyAugmentation,
  predictWithViews,
  presetAugmentation,
  type Strength,
  sometimes,
  type TestTimeOptions,
} from '../augment';
export * from '../augment/color';
export * from '../augment/geometric';
export * from '../augment/mixing';
export * from '../augment/noise';
export * from '../augment/policies';
