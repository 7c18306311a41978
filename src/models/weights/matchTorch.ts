import { elements } from '../../core/elements';
import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import { firstKernelOf, fitted } from './firstKernel';
import { checkNoDeeper } from './matchNamed';
import { permute } from './permute';
import type { NamedArray } from './safetensors';
import { firstOf, type Slot, weightsOf } from './slots';

/**
 * What a library calls a layer of a model: the name of the module, such as 'layer1.0.conv1' for 'conv2_block1_1_conv', or for a layer
 * that is a single tensor there, its name after an equals sign.
 */
export type TorchNames = (layer: string) => string;

/** torch's names of weights, by those of TensorFlow. */
const PARAMETERS: Record<string, string> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** A weight of the model, and what it is called in the file. */
interface Wanted extends Slot {
  /** name of the module */
  module: string;
  torch: string;
}

/**
 * Match the state dictionary of a PyTorch model. Modules are found under any prefix (`module.`, `model.backbone.`, ...): it is the one
 * under which most of them are.
 *
 * Convolutions go from [out, in, height, width] to [height, width, in, out], depthwise ones from [channels, 1, height, width] to
 * [height, width, channels, 1], dense layers from [out, in] to [in, out]; a dense layer may be a convolution of 1 x 1, and the
 * other way round. Layers of the file that the model does not have, such as another classifier, are left out.
 *
 * @throws {UserError} that names the first tensors that are missing, have another shape, or belong to a deeper network
 */
export function matchTorch(
  model: tf.LayersModel,
  arrays: ReadonlyMap<string, NamedArray>,
  source: string,
  names: readonly TorchNames[] = [(layer) => layer],
): Map<string, NamedArray> {
  const best = names
    .map((nameOf) => bestPrefix(wantedOf(model, nameOf), arrays))
    .reduce((a, b) => (b.present > a.present ? b : a));
  const { wanted, prefix, present } = best;
  if (present < wanted.length / 2) {
    const [first, second] = wanted;
    throw new UserError(
      `${source} does not hold the weights of ${model.name}: it has ${present} of ${wanted.length} tensors, such as '${first!.torch}' and '${second?.torch}'; it has ${firstOf([...arrays.keys()].map((key) => `'${key}'`))}`,
    );
  }
  const missing = wanted.filter(({ torch }) => !arrays.has(prefix + torch)).map(({ torch }) => `'${prefix}${torch}'`);
  if (missing.length > 0) {
    const classifier = wanted
      .filter(({ layer }) => layer === wanted.at(-1)!.layer)
      .map(({ torch }) => `'${prefix}${torch}'`);
    const isTop = missing.every((name) => classifier.includes(name));
    throw new UserError(
      `${source} has no tensor ${firstOf(missing)}, which ${model.name} needs${isTop ? ': it has no such classifier; load the backbone without one' : ''}`,
    );
  }
  const kernel = firstKernelOf(model);
  const result = new Map<string, NamedArray>();
  const wrong: string[] = [];
  for (const slot of wanted) {
    const key = `${slot.layer}/${slot.name}`;
    const array = arrays.get(prefix + slot.torch)!;
    let converted = toTensorFlow(array, slot);
    if (key === kernel && converted) converted = fitted(converted, slot.shape[2]!);
    if (converted?.shape.join() === slot.shape.join()) result.set(key, converted);
    else wrong.push(`'${prefix}${slot.torch}' has the shape [${array.shape}], expected [${torchShape(slot)}]`);
  }
  if (wrong.length > 0) throw new UserError(`${source} does not fit ${model.name}: ${firstOf(wrong)}`);
  const isHead = /^(classifier|head|fc)\./; // another classifier has layers that are numbered, too
  const modules = [...arrays.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !isHead.test(key))
    .map(moduleOf);
  checkNoDeeper(
    wanted.map(({ module }) => module),
    modules,
    model.name,
    source,
  );
  return result;
}

const moduleOf = (name: string): string => name.split('.').slice(0, -1).join('.');

function wantedOf(model: tf.LayersModel, nameOf: TorchNames): Wanted[] {
  return weightsOf(model)
    .flat()
    .map((slot) => {
      const module = nameOf(slot.layer);
      if (module.startsWith('=')) return { ...slot, module: moduleOf(module.slice(1)), torch: module.slice(1) };
      const parameter = PARAMETERS[slot.name];
      return { ...slot, module, torch: parameter ? `${module}.${parameter}` : module };
    });
}

/** The prefix under which most of the wanted tensors are. */
function bestPrefix(wanted: Wanted[], arrays: ReadonlyMap<string, NamedArray>) {
  const prefixes = new Set(['']);
  // the first and the last ones: a file may lack the classifier, or have another in its place
  for (const { torch } of [...wanted.slice(0, 2), ...wanted.slice(-8)]) {
    for (const key of arrays.keys()) {
      if (key.endsWith(`.${torch}`)) prefixes.add(key.slice(0, -torch.length));
    }
  }
  let best = { wanted, prefix: '', present: -1 };
  for (const prefix of prefixes) {
    const present = wanted.filter(({ torch }) => arrays.has(prefix + torch)).length;
    if (present > best.present) best = { wanted, prefix, present };
  }
  return best;
}

/** The array in TensorFlow's layout; undefined if it has another number of dimensions. */
function toTensorFlow({ shape, data }: NamedArray, { name, shape: wanted }: Slot): NamedArray | undefined {
  const array = { shape, data };
  if (shape.join() === wanted.join() && wanted.length < 2) return array;
  if (name === 'depthwise_kernel' && shape.length === 4) return permute(array, [2, 3, 0, 1]);
  if (name === 'kernel' && wanted.length === 4) {
    if (shape.length === 2) return toTensorFlow({ shape: [...shape, 1, 1], data }, { layer: '', name, shape: wanted });
    return shape.length === 4 ? permute(array, [2, 3, 1, 0]) : undefined;
  }
  if (name === 'kernel' && wanted.length === 2) {
    const isDense = shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
    return isDense ? permute({ shape: shape.slice(0, 2), data }, [1, 0]) : undefined;
  }
  const size = elements(wanted);
  return size === data.length ? { shape: wanted, data } : undefined; // [1, 1, 1, channels] or [channels, 1, 1]
}

/** The shape that a weight has in torch. */
function torchShape({ name, shape }: Slot): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (name === 'depthwise_kernel') return [c, d, a, b];
  if (name === 'kernel') return shape.length === 4 ? [d, c, a, b] : [b, a];
  return shape;
}
