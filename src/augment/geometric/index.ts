export { horizontalFlip, rotation, shear, shift, verticalFlip, zoom } from './affine';
export { elastic } from './elastic';
export { perspective } from './perspective';
export { randomResizedCrop } from './randomResizedCrop';
