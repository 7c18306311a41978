import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import { firstKernelOf, fitted } from './firstKernel';
import type { NamedArray } from './safetensors';
import { checkShape, firstOf, patternOf, weightsOf } from './slots';

/**
 * Match arrays by the names 'layer/weight'.
 *
 * @param options `known`: whether they are of this network, so that what is left over is its classifier
 * @throws {UserError} that names the first weights that are missing, have another shape, or belong to a deeper network
 */
export function matchNamed(
  model: tf.LayersModel,
  arrays: ReadonlyMap<string, NamedArray>,
  source: string,
  { known = false }: { known?: boolean } = {},
): Map<string, NamedArray> {
  const slots = weightsOf(model).flat();
  const kernel = firstKernelOf(model);
  const found = new Map<string, NamedArray>();
  const missing: string[] = [];
  for (const { layer, name, shape } of slots) {
    const key = `${layer}/${name}`;
    // Keras 3 calls the kernel of a depthwise convolution 'kernel'
    const array = arrays.get(key) ?? arrays.get(`${layer}/${name.replace('depthwise_kernel', 'kernel')}`);
    if (!array) {
      missing.push(`'${key}'`);
      continue;
    }
    const fitting = key === kernel ? fitted(array, shape[2]!) : array;
    checkShape(fitting, shape, key, model, source);
    found.set(key, fitting);
  }
  if (missing.length > 0)
    throw new UserError(`${source} has no weights ${firstOf(missing)}, which ${model.name} needs`);
  if (known) return found;
  checkNoDeeper(
    slots.map(({ layer }) => layer),
    [...arrays.keys()].map(layerOf),
    model.name,
    source,
  );
  return found;
}

const layerOf = (key: string): string => key.split('/').slice(0, -1).join('/');

/**
 * Make sure that no layer is left over that is called like those of the model, but for its number: the weights of a deeper
 * network would fit a shallower one, and give nonsense.
 */
export function checkNoDeeper(used: readonly string[], all: readonly string[], title: string, source: string): void {
  const known = new Set(used);
  const patterns = new Set(used.filter((name) => /\d/.test(name)).map(patternOf));
  const left = all.find((name) => !known.has(name) && patterns.has(patternOf(name)));
  if (left === undefined) return;
  throw new UserError(`${source} has '${left}', which ${title} does not have: it is of another network of the family`);
}
