export {
  type Architecture,
  type ArchitectureOptions,
  type Block,
  buildArchitecture,
} from './architectures';
export type { BackboneEntry } from './backboneEntry';
export { defaultBackbone } from './defaultBackbone';
export { imagenetClassName } from './imagenetClasses';
export { assignWeights, type Backbone, type LoadBackboneOptions, loadBackbone } from './loadBackbone';
export { loadTfjsModel } from './loadTfjsModel';
export { multiplyAdds } from './multiplyAdds';
export { preprocess } from './preprocess';
export type { Preprocessing } from './preprocessing';
export { assignRandomWeights } from './randomWeights';
export { backboneEntry, backbones } from './registry';
export { type WeightsAvailability, weightsAvailability } from './weights/availability';
export { matchWeights } from './weights/matchWeights';
export { readWeights } from './weights/readWeights';
export { type NamedArray, parseSafetensors, readSafetensors, writeSafetensors } from './weights/safetensors';
export type { SavedLayer, SavedWeights } from './weights/savedWeights';
