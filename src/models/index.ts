export { buildEfficientNetLite0, type EfficientNetLiteOptions, efficientNetLiteBlocks } from './efficientNetLite';
export { imagenetClassName } from './imagenetClasses';
export { assignWeights, type Backbone, type LoadBackboneOptions, loadBackbone } from './loadBackbone';
export { type BackboneEntry, backboneEntry, backbones, type Preprocessing } from './registry';
export { type NamedArray, readSafetensors, writeSafetensors } from './safetensors';
