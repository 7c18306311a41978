import type { tf } from '../../tensorflow';
import { matchCounted, matchOrdered } from './matchKeras';
import { matchNamed } from './matchNamed';
import { matchTorch, type TorchNames } from './matchTorch';
import type { NamedArray } from './safetensors';
import type { SavedWeights } from './savedWeights';

/**
 * Find the array for each weight of a model in what was read from a weights file.
 *
 * Layers are found by their names; in files of Keras, if names differ, by their order, or by class and number. What follows the last
 * layer of the model in the file, such as another classifier, is left out. If the file was made for another number of input
 * channels, the kernels of the first convolution are summed or repeated (see `fitted`).
 *
 * @param model not changed
 * @param saved from `models.readWeights`
 * @param source name of the file for error messages
 * @param names what PyTorch's libraries call the layers of the model: functions of a layer's name, of which the one that fits
 *   most is taken. Default: the names of the model
 * @returns arrays by 'layer/weight', for `models.assignWeights`
 * @throws {UserError} that names the first layers or weights that do not fit
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { model } = models.buildArchitecture('mobilenet-v1-0.25', { inputSize: 96, includeTop: false });
 * const arrays = models.matchWeights(model, await models.readWeights('model'), 'model');
 * arrays.get('conv1/kernel')?.shape; // => [ 3, 3, 3, 8 ]
 * ```
 */
export function matchWeights(
  model: tf.LayersModel,
  saved: SavedWeights,
  source: string,
  names?: readonly TorchNames[],
): Map<string, NamedArray> {
  if (saved.kind === 'ordered') return matchOrdered(model, saved.layers, source);
  if (saved.kind === 'counted') return matchCounted(model, saved.layers, source);
  // a torch file can have arrays by the names of this package, too
  const isOwn = saved.kind === 'named' || [...saved.arrays.keys()].some((name) => name.includes('/'));
  if (!isOwn) return matchTorch(model, saved.arrays, source, names);
  return matchNamed(model, saved.arrays, source, { known: saved.kind === 'named' && saved.known });
}
