/**
 * More about backbones: what is known of each, architectures without weights, readers of weight files.
 *
 * @module
 */

export type {
  AdvisedVariant,
  BackboneChoice,
  BackboneComparison,
  BackboneMeasurement,
  Candidate,
  CompareBackbonesOptions,
  FeatureQuality,
  LeftOut,
  Recommendation,
  RecommendBackboneOptions,
} from '../analysis/advise';
export { type DeviceSpeed, deviceSpeed } from '../analysis/advise';
export type { DomainReferences, DomainSimilarity, DomainSimilarityOptions } from '../features';
export type {
  Block,
  Domain,
  DomainBackboneName,
  DomainWeights,
  FamilyMember,
  HubAddress,
  KerasFiles,
  LoadBackboneOptions,
  PackagedTorchFile,
  PublishedTorchFile,
  TorchNames,
  TorchNetwork,
  WeightsSearch,
} from '../models';
export {
  type Architecture,
  type ArchitectureOptions,
  assignRandomWeights,
  assignWeights,
  type BackboneEntry,
  backboneEntry,
  backboneLabel,
  backboneNames,
  buildArchitecture,
  domains,
  domainWeights,
  imagenetClassName,
  matchWeights,
  multiplyAdds,
  type NamedArray,
  type Pooling,
  type Preprocessing,
  poolings,
  preprocess,
  readSafetensors,
  readWeights,
  type SavedLayer,
  type SavedWeights,
  type WeightsAvailability,
  weightsAvailability,
  writeSafetensors,
} from '../models';
