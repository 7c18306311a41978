import { sha256 } from '../files';
import { assignRandomWeights, type Backbone, loadBackbone } from '../models';
import type { Listener } from './listener';
import type { TrainSettings } from './trainSettings';

/** The backbone that the settings ask for. Random weights follow the seed. */
export async function backboneOf(
  { backbone: name, weights, inputSize, seed }: Pick<TrainSettings, 'backbone' | 'weights' | 'inputSize' | 'seed'>,
  listener: Listener = {},
): Promise<Backbone> {
  const backbone = await loadBackbone(name, { inputSize: inputSize || undefined, listener });
  if (weights === 'imagenet') return backbone;
  assignRandomWeights(backbone.model, seed);
  return { ...backbone, weightsHash: sha256(`random ${name} ${seed}`) };
}
