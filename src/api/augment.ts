/**
 * Operations on pictures for `augmentation([...])`, presets of them, and predictions over several views of a picture.
 *
 * @module
 */

export type { PreviewOptions } from '../analysis/explain';
export type { DrawOptions, LabelledImages, PictureSize, Warping } from '../augment';
export {
  type AugmentationPreset,
  type AugmentationPresetName,
  adviseAugmentation,
  augmentationCost,
  augmentationPresets,
  augmentPictures,
  type CostOptions,
  everyAugmentation,
  predictWithViews,
  presetAugmentation,
  type Range,
  type Strength,
  sometimes,
  type TestTimeOptions,
} from '../augment';
export * from '../augment/color';
export * from '../augment/geometric';
export * from '../augment/mixing';
export * from '../augment/noise';
export * from '../augment/policies';
