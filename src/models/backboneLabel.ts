import type { BackboneSource } from './backboneData';

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
  const { architecture, weights = 'imagenet' } = backbone;
  const last = weights.startsWith('hf://') ? weights : weights.split(/[\\/]/).filter(Boolean).at(-1);
  return weights === 'imagenet' ? architecture : `${architecture} with ${last}`;
}
