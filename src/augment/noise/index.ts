export { gaussianBlur } from './gaussianBlur';
export { gaussianNoise } from './gaussianNoise';
export { jpegArtefacts } from './jpegArtefacts';
export { randomErasing } from './randomErasing';
export { saltAndPepper } from './saltAndPepper';
export { sharpness } from './sharpness';
