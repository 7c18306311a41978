export type { Augmentation, PictureSize } from './augmentation';
export type { DrawOptions, LabelledImages } from './batch';
export { augmentationKey, augmentPictures, contentIndex } from './bytes';
export * from './color';
export { augmentationCost, type CostOptions, everyAugmentation } from './cost';
export * from './geometric';
export type { Warping } from './geometric/warping';
export * from './mixing';
export * from './noise';
export { augmentation } from './pipeline';
export * from './policies';
export {
  type AugmentationName,
  type AugmentationPreset,
  type AugmentationPresetName,
  adviseAugmentation,
  augmentationNames,
  augmentationPresets,
  presetAugmentation,
} from './presets';
export type { Range, Strength } from './range';
export { sometimes } from './sometimes';
export { predictWithViews, type TestTimeOptions } from './testTime';
