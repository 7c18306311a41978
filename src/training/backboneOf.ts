import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import {
  architectureOf,
  assignRandomWeights,
  type Backbone,
  checkBackbone,
  loadBackbone,
  type WeightsSearch,
} from '../models';
import type { TrainSettings } from './settings/types';

/**
 * Loads the backbone that the settings of a training name, at their input size and with pre-trained or random weights.
 *
 * @param settings backbone, weights, input size, and the seed of random weights; without `pooling`, as in runs of earlier
 *   versions, feature maps are averaged
 * @param listener receives the progress of a download
 * @param search where to look for a file of weights that is not there any more
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
  {
    backbone: name,
    weights,
    inputSize,
    seed,
    pooling = 'average',
  }: Pick<TrainSettings, 'backbone' | 'weights' | 'inputSize' | 'seed'> & Partial<Pick<TrainSettings, 'pooling'>>,
  listener: Listener = {},
  search?: WeightsSearch,
): Promise<Backbone> {
  const given = checkBackbone('train', name);
  const random = weights === 'random';
  const backbone = await loadBackbone(given, {
    inputSize: inputSize || undefined,
    pooling,
    ...(random && { weights: 'none' }), // random ones need no download
    search,
    listener,
  });
  if (!random) return backbone;
  assignRandomWeights(backbone.model, seed);
  return { ...backbone, weightsHash: sha256(`random ${architectureOf(given)} ${seed}`) };
}
