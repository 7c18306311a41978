import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { assignRandomWeights, type Backbone, loadBackbone } from '../models';
import type { TrainSettings } from './settings/types';

/** The backbone that the settings ask for. Random weights follow the seed. */
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
