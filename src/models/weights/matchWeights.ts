import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import type { FamilyMember } from '../backboneFamily';
import type { NamedArray } from './safetensors';
import type { SavedLayer, SavedWeights } from './savedWeights';

/** A weight of a model. */
interface Slot {
  layer: string;
  name: string;
  shape: number[];
}

/**
 * Find the array for each weight of a model in what was read from a weights file.
 *
 * Legacy Keras files are matched by the order of the layers, Keras 3 files by class and number of the layers, others by name.
 *
 * @param model not changed
 * @param saved from `models.readWeights`
 * @param source name of the file for error messages
 * @param fromTorch converts PyTorch's names and layouts, as `FamilyMember` has it; without it the names in a PyTorch file must be
 *   those of the model
 * @returns arrays by 'layer/weight', for `models.assignWeights`
 * @throws {UserError} that names the first layer or weight that does not fit
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
  fromTorch?: FamilyMember['fromTorch'],
): Map<string, NamedArray> {
  if (saved.kind === 'ordered') return matchInOrder(model, saved.layers, source);
  if (saved.kind === 'counted') return matchInOrder(model, inModelOrder(model, saved.layers, source), source);
  const arrays = (saved.kind === 'torch' && fromTorch?.(saved.arrays)) || saved.arrays;
  for (const { layer, name, shape } of weightsOf(model).flat()) {
    const key = `${layer}/${name}`;
    const array = arrays.get(key);
    if (!array) throw new UserError(`${source} has no weights '${key}', which ${model.name} needs`);
    checkShape(array, shape, key, model, source);
  }
  return arrays;
}

/** The weights of each layer that has weights, in the order of the files: trainable weights, then moving statistics. */
export function weightsOf(model: tf.LayersModel): Slot[][] {
  return model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) =>
      layer.weights.map((weight) => ({
        layer: layer.name,
        // tfjs appends _1, _2 to a weight's name when a name is used twice in a process
        name: weight.originalName.split('/').at(-1)!.replace(/_\d+$/, ''),
        shape: weight.shape.map(Number),
      })),
    );
}

function matchInOrder(model: tf.LayersModel, layers: readonly SavedLayer[], source: string): Map<string, NamedArray> {
  const slots = weightsOf(model);
  const arrays = new Map<string, NamedArray>();
  slots.forEach((weights, index) => {
    const layer = weights[0]!.layer;
    const saved = layers[index];
    const place = `layer ${index + 1} with weights, '${layer}' of ${model.name}`;
    if (!saved)
      throw new UserError(`${source} ends after ${layers.length} layers with weights; it has none for ${place}`);
    if (saved.weights.length !== weights.length) {
      throw new UserError(
        `${source}: ${place}, has ${weights.length} weights; '${saved.name}' in the file has ${saved.weights.length}`,
      );
    }
    weights.forEach(({ name, shape }, i) => {
      const key = `${layer}/${name}`;
      checkShape(
        saved.weights[i]!,
        shape,
        saved.name === layer ? key : `${key}, '${saved.name}' there,`,
        model,
        source,
      );
      arrays.set(key, saved.weights[i]!);
    });
  });
  const extra = layers[slots.length];
  if (extra) {
    throw new UserError(`${source} has a layer '${extra.name}' with weights that ${model.name} has no place for`);
  }
  return arrays;
}

/** Keras 3 names layers by class and number: conv2d, conv2d_1, ... The layers of the model are numbered in the same way. */
function inModelOrder(model: tf.LayersModel, layers: readonly SavedLayer[], source: string): SavedLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const counts = new Map<string, number>();
  const ordered = model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => {
      const base = snakeCase(layer.getClassName());
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      const saved = byName.get(name);
      if (!saved) throw new UserError(`${source} has no layer '${name}', which is '${layer.name}' of ${model.name}`);
      byName.delete(name);
      return saved;
    });
  return [...ordered, ...byName.values()];
}

/** As Keras does: DepthwiseConv2D to depthwise_conv2d. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

function checkShape(array: NamedArray, shape: number[], what: string, model: tf.LayersModel, source: string): void {
  if (array.shape.join() === shape.join()) return;
  throw new UserError(`${source}: '${what}' has the shape [${array.shape}], ${model.name} needs [${shape}]`);
}
