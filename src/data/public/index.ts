export { isUnpacked } from './archive';
export type { DataOptions } from './dataOptions';
export { type Archive, type PublicDatasetEntry, publicDatasets } from './entries';
export { extract } from './extract';
export type { ExtractionLimits } from './extractionGuard';
export { datasetFolder, type OpenDatasetOptions, openDataset, unpackedIfArchive } from './openDataset';
export { type PublicDatasetOptions, publicDataset } from './publicDataset';
