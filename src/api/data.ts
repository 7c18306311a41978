/**
 * More about pictures and their labels: folds, samples, public datasets, single pictures.
 *
 * @module
 */

export type { CheckLabelsOptions, LabelCheck } from '../analysis/labels';
export type {
  AppliedCorrections,
  ClassFolders,
  Correction,
  CorrectionAction,
  Example,
  Fit,
  ImageFolderOptions,
  ImageTableOptions,
  RangeOption,
  RawPicture,
  Reading,
  ReadingOptions,
  SampleKind,
  SampleRange,
  Skipped,
  SplitOptions,
  Subset,
} from '../data';
export {
  type KFoldOptions,
  kFold,
  type LearningCurveOptions,
  learningCurveSplits,
  type PlantedMistakes,
  type PlantOptions,
  plantMistakes,
  sampleFolder,
  samples,
  splitFingerprint,
  type ThumbnailOptions,
  unlabelledFolder,
  type WrongLabelsOptions,
  withWrongLabels,
} from '../data';
export type { CheckOptions, DatasetCheck, FindingReport, Severity } from '../data/checks';
export {
  type Archive,
  type DataOptions,
  type OpenDatasetOptions,
  type PublicDatasetEntry,
  type PublicDatasetOptions,
  publicDataset,
  publicDatasets,
} from '../data/public';
