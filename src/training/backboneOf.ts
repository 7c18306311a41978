import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { assignRandomWeights, type Backbone, loadBackbone } from '../models';
import type { TrainSettings } from './settings/types';

/**
 * Loads the backbone that the settings of a training name, at their input size and with pre-trained or random weights.
 *
 * @param settings backbone, weights, input size, and the seed of random weights
 * @throws {UserError} when the backbone is unknown, or its weights can neither be found nor downloaded
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const settings = { ...training.defaultSettings, backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64 } as const;
 * const { model } = await training.backboneOf(settings);
 * model.inputs[0]?.shape; // => [ null, 64, 64, 3 ]
 * ```
 */
export async function backboneOf(
  { backbone: name, weights, inputSize, seed }: Pick<TrainSettings, 'backbone' | 'weights' | 'inputSize' | 'seed'>,
  listener: Listener = {},
): Promise<Backbone> {
  const source = weights === 'random' ? 'none' : 'imagenet'; // random ones need no download
  const backbone = await loadBackbone(name, { inputSize: inputSize || undefined, weights: source, listener });
  if (weights === 'imagenet') return backbone;
  assignRandomWeights(backbone.model, seed);
  return { ...backbone, weightsHash: sha256(`random ${name} ${seed}`) };
}
