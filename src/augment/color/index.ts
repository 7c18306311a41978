export { autocontrast, equalize } from './histogram';
export { hue } from './hue';
export { colorJitter } from './jitter';
export { brightness, contrast, grayscale, saturation } from './linear';
export { gamma, posterize, solarize } from './tone';
