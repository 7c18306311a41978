import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import { firstKernelOf, fitted } from './firstKernel';
import { checkNoDeeper } from './matchNamed';
import type { NamedArray } from './safetensors';
import type { SavedLayer } from './savedWeights';
import { checkShape, type Slot, snakeCase, weightsOf } from './slots';

/**
 * Match the layers of a legacy `.h5` by name, or if names differ by their order. In front of the model and behind it, the file may
 * have other layers: it may be of a model that has this one within it, or another classifier.
 *
 * @throws {UserError} that names the first layer that does not fit
 */
export function matchOrdered(
  model: tf.LayersModel,
  layers: readonly SavedLayer[],
  source: string,
): Map<string, NamedArray> {
  const byName = inOrderOfNames(model, layers, ({ name }) => name, source);
  if (byName) return pair(model, byName, source);
  const { length } = weightsOf(model);
  for (let start = 0; start + length <= layers.length; start++) {
    const part = layers.slice(start, start + length);
    if (fits(model, part) && endsHere(model, layers[start + length])) return pair(model, part, source);
  }
  const arrays = pair(model, layers.slice(0, length), source);
  const extra = layers[length];
  if (!endsHere(model, extra)) {
    throw new UserError(`${source} has a layer '${extra!.name}' with weights that ${model.name} has no place for`);
  }
  return arrays;
}

/**
 * Match the layers of a Keras 3 file: `.keras` or `.weights.h5`. They are in groups called after class and number: conv2d, conv2d_1,
 * ...; beside that the file says the name of each layer. The model may be a layer of another.
 *
 * @throws {UserError} that names the first layer that does not fit
 */
export function matchCounted(
  model: tf.LayersModel,
  layers: readonly SavedLayer[],
  source: string,
): Map<string, NamedArray> {
  const models = new Map<string, SavedLayer[]>();
  for (const layer of layers) {
    const { within = '' } = layer;
    models.set(within, [...(models.get(within) ?? []), layer]);
  }
  const candidates = [...models.values()].sort((a, b) => b.length - a.length);
  for (const candidate of candidates) {
    const byTitle = inOrderOfNames(model, candidate, ({ title }) => title, source);
    if (byTitle) return pair(model, byTitle, source);
  }
  return pair(model, inOrderOfClasses(model, candidates[0] ?? [], source), source);
}

/** The layers of the file by the names of the model's; undefined if one is missing. */
function inOrderOfNames(
  model: tf.LayersModel,
  layers: readonly SavedLayer[],
  nameOf: (layer: SavedLayer) => string | undefined,
  source: string,
): SavedLayer[] | undefined {
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]));
  if (byName.size < layers.length && layers.every((layer) => nameOf(layer) !== undefined)) return undefined; // a name stands twice
  const names = weightsOf(model).map(([slot]) => slot!.layer);
  const found = names.map((name) => byName.get(name));
  if (!found.every((layer) => layer !== undefined)) return undefined;
  checkNoDeeper(
    names,
    layers.map((layer) => nameOf(layer) ?? ''),
    model.name,
    source,
  );
  return found;
}

/** The layers of the model numbered within their class. Layers of a classifier, which have higher numbers, are left out. */
function inOrderOfClasses(model: tf.LayersModel, layers: readonly SavedLayer[], source: string): SavedLayer[] {
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
  const extra = [...byName.values()].find(({ name }) => !/^(dense|batch_normalization|layer_normalization)/.test(name));
  if (!extra) return ordered;
  throw new UserError(`${source} has a layer '${extra.name}' with weights that ${model.name} has no place for`);
}

/** Give each weight of the model that of the file at the same place. */
function pair(model: tf.LayersModel, layers: readonly SavedLayer[], source: string): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  const kernel = firstKernelOf(model);
  weightsOf(model).forEach((weights, index) => {
    const layer = weights[0]!.layer;
    const saved = layers[index];
    const place = `layer ${index + 1} with weights, '${layer}' of ${model.name}`;
    if (!saved) {
      throw new UserError(`${source} ends after ${layers.length} layers with weights; it has none for ${place}`);
    }
    const called = saved.title ?? saved.name;
    if (saved.weights.length !== weights.length) {
      throw new UserError(
        `${source}: ${place}, has ${weights.length} weights; '${called}' in the file has ${saved.weights.length}`,
      );
    }
    weights.forEach(({ name, shape }, i) => {
      const key = `${layer}/${name}`;
      const array = key === kernel ? fitted(saved.weights[i]!, shape[2]!) : saved.weights[i]!;
      checkShape(array, shape, called === layer ? key : `${key}, '${called}' there,`, model, source);
      arrays.set(key, array);
    });
  });
  return arrays;
}

const sameShapes = (slots: readonly Slot[], { weights }: SavedLayer) =>
  slots.length === weights.length && slots.every(({ shape }, i) => shape.join() === weights[i]!.shape.join());

const fits = (model: tf.LayersModel, layers: readonly SavedLayer[]) =>
  weightsOf(model).every((slots, i) => sameShapes(slots, layers[i]!));

/** Whether the layer after the model's last is one of a classifier: it takes the features, and the model ends in them. */
function endsHere(model: tf.LayersModel, next: SavedLayer | undefined): boolean {
  if (!next) return true;
  const features = model.outputs[0]!.shape.at(-1);
  const { shape } = next.weights[0]!;
  if (model.layers.at(-1)!.weights.length > 0) return false; // it has a classifier of its own
  return shape.at(-2) === features || (shape.length === 1 && shape[0] === features);
}
