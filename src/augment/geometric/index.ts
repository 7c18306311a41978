export {
  type FlipOptions,
  horizontalFlip,
  type RotationOptions,
  rotation,
  type ShearOptions,
  type ShiftOptions,
  shear,
  shift,
  verticalFlip,
  type ZoomOptions,
  zoom,
} from './affine';
export { type ElasticOptions, elastic } from './elastic';
export { type PerspectiveOptions, perspective } from './perspective';
export { type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop';
