export { autocontrast, equalize } from './histogram';
export { type HueOptions, hue } from './hue';
export { type ColorJitterOptions, colorJitter } from './jitter';
export { brightness, contrast, type FactorOptions, type GrayscaleOptions, grayscale, saturation } from './linear';
export { type GammaOptions, gamma, type PosterizeOptions, posterize, type SolarizeOptions, solarize } from './tone';
