export type { ClassFolders } from './classFolders';
export {
  applyCorrections,
  type Correction,
  type CorrectionAction,
  correctionName,
  correctionsFile,
  readCorrections,
  writeCorrections,
} from './corrections';
export type { AppliedCorrections, Dataset, Example, RawPicture, Skipped, Split, Subset } from './dataset';
export { type ImageFolderOptions, imageFolder, unlabelledFolder } from './imageFolder';
export { type ImageTableOptions, imageTable } from './imageTable';
export { type KFoldOptions, kFold } from './kFold';
export { type CropBox, drawCropBox } from './pictures/cropBox';
export { type RangeOption, type ReadingOptions, withFit, withReading } from './pictures/datasetReading';
export { DECODING_VERSION, decodePicture } from './pictures/decode';
export { type DecodedPicture, decodeAll } from './pictures/decodeAll';
export { type OpenPicture, openPicture, type PictureContent } from './pictures/openPicture';
export { describePages } from './pictures/pages';
export {
  checkFit,
  checkReading,
  type Fit,
  fits,
  isRangeOfBands,
  type Reading,
  type SampleKind,
  type SampleRange,
} from './pictures/reading';
export { hashOfFile, knownPicture, readPicture } from './pictures/readPicture';
export { type ResizeOptions, resizedSide } from './pictures/resizePlan';
export { sampleExamples, type ThumbnailOptions, thumbnail } from './pictures/thumbnails';
export { type PlantedMistakes, type PlantOptions, plantMistakes } from './plantMistakes';
export { sampleFolder, samples } from './samples';
export { selectClasses } from './selectClasses';
export { checkLabelled, findTestPart, type SplitOptions, splitDataset, TEST_RANGE, VALIDATION_RANGE } from './split';
export { splitFingerprint } from './splitFingerprint';
export { fewShot, type LearningCurveOptions, learningCurveSplits, withSplit } from './subsets';
export { type WrongLabelsOptions, withWrongLabels } from './withWrongLabels';
