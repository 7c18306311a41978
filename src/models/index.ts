export {
  type Architecture,
  type ArchitectureOptions,
  type Block,
  buildArchitecture,
} from './architectures';
export { imagenetClassName } from './imagenetClasses';
export { assignWeights, type Backbone, type LoadBackboneOptions, loadBackbone } from './loadBackbone';
export { preprocess } from './preprocess';
export { type BackboneEntry, backboneEntry, backbones, type Preprocessing } from './registry';
export { type NamedArray, readSafetensors, writeSafetensors } from './safetensors';
