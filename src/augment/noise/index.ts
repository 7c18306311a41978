export { type GaussianBlurOptions, gaussianBlur } from './gaussianBlur';
export { type GaussianNoiseOptions, gaussianNoise } from './gaussianNoise';
export { type JpegArtefactsOptions, jpegArtefacts } from './jpegArtefacts';
export { type RandomErasingOptions, randomErasing } from './randomErasing';
export { type SaltAndPepperOptions, saltAndPepper } from './saltAndPepper';
export { type SharpnessOptions, sharpness } from './sharpness';
