export { type CheckOptions, checkDataset, type DatasetCheck } from './checkDataset';
export type { FindingReport } from './datasetCheck';
export type { Severity } from './finding';
export { colorDistance, hashDistance, LOOK_SIDE, type Look, lookOf, looksAlike } from './perceptualHash';
