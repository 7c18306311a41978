export {
  architectureOf,
  asBackboneData,
  type BackboneData,
  type BackboneSource,
  checkBackbone,
  type HubAddress,
} from './backboneData';
export type { BackboneEntry, KerasFiles, PackagedTorchFile, PublishedTorchFile } from './backboneEntry';
export type { BackboneFamily, FamilyMember, TorchNetwork } from './backboneFamily';
export { backboneLabel, ownWeightsName } from './backboneLabel';
export { buildArchitecture } from './buildArchitecture';
export { defaultBackbone } from './defaultBackbone';
export {
  checkDomain,
  type Domain,
  type DomainBackboneName,
  type DomainWeights,
  domains,
  domainWeights,
  domainWeightsIn,
} from './domainWeights';
export type { BackboneName } from './families';
export { hasOwnWeights } from './hasOwnWeights';
export { imagenetClassName } from './imagenetClasses';
export { assignWeights, type Backbone, type LoadBackboneOptions, loadBackbone } from './loadBackbone';
export { loadTfjsModel } from './loadTfjsModel';
export { multiplyAdds } from './multiplyAdds';
export { type Architecture, type ArchitectureOptions, type Block, INPUT_CHANNELS, INPUT_SIZE } from './network';
export { type Pooling, pooledEntry, poolings } from './pooling';
export { preprocess } from './preprocess';
export type { Preprocessing } from './preprocessing';
export { assignRandomWeights } from './randomWeights';
export { backboneEntry, backboneNames, backbones, familyOf } from './registry';
export { type WeightsAvailability, weightsAvailability } from './weights/availability';
export { type LocatedWeights, locateWeights, type WeightsSearch } from './weights/locateWeights';
export type { TorchNames } from './weights/matchTorch';
export { matchWeights } from './weights/matchWeights';
export { readWeights } from './weights/readWeights';
export { type NamedArray, parseSafetensors, readSafetensors, writeSafetensors } from './weights/safetensors';
export type { SavedLayer, SavedWeights } from './weights/savedWeights';
