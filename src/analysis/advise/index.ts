export {
  type BackboneComparison,
  type BackboneMeasurement,
  type CompareBackbonesOptions,
  cachedBackbones,
  compareBackbones,
} from './compareBackbones';
export type { DeviceSpeed } from './deviceSpeed';
export { deviceSpeed } from './deviceSpeed';
export { channelsOf, domainHint, type LeftOut } from './domainCandidates';
export type { FeatureQuality } from './featureQuality';
export type { Candidate } from './rank';
export {
  type BackboneChoice,
  type Recommendation,
  type RecommendBackboneOptions,
  recommendBackbone,
} from './recommendBackbone';
export type { AdvisedVariant } from './trainingTime';
