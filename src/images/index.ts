export type { Dataset, Example, Skipped, Split } from './dataset';
export { decodePicture, type Framing } from './decode';
export { decodeAll, type PictureContent } from './decodeAll';
export { type ImageFolderOptions, imageFolder } from './imageFolder';
export { sampleFolder } from './samples';
export { selectClasses } from './selectClasses';
export { type SplitOptions, splitDataset } from './split';
export { sampleExamples, type ThumbnailOptions, thumbnail } from './thumbnails';
