import type { BackboneSource } from './backboneData';
import { domainWeightsIn } from './domainWeights';
import { hasOwnWeights } from './hasOwnWeights';

/**
 * A backbone in a few words, for tables and reports: its name, and where its weights are from.
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * models.backboneLabel('resnet50'); // => 'resnet50'
 * models.backboneLabel({ architecture: 'resnet50', weights: '/data/xray.pth' }); // => 'resnet50 with xray.pth'
 * ```
 */
export function backboneLabel(backbone: BackboneSource): string {
  if (typeof backbone === 'string') return backbone;
  const known = domainWeightsIn(backbone);
  if (known) return known.name;
  return hasOwnWeights(backbone) ? `${backbone.architecture} with ${ownWeightsName(backbone)}` : backbone.architecture;
}

/** The weights of a backbone in a few words: an address on the hub, or the name of a file or run. */
export const ownWeightsName = ({ weights }: { weights: string }): string =>
  weights.startsWith('hf://') ? weights : weights.split(/[\\/]/).filter(Boolean).at(-1)!;
