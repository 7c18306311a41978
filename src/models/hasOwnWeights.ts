import type { BackboneData, BackboneSource } from './backboneData';

// a file of its own, so that what only names a backbone, such as a table in a notebook, does not load all networks

/** Whether a backbone has other weights than those that it was published with. */
export const hasOwnWeights = (backbone: BackboneSource): backbone is BackboneData & { weights: string } =>
  typeof backbone === 'object' && (backbone.weights ?? 'imagenet') !== 'imagenet';
