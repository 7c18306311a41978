import { shown, UserError } from '../../core/errors';
import { tf } from '../../tensorflow';

const MOST_LAYERS = 10_000;
/** Side of a kernel, a stride or a border, in pixels. */
const LARGEST_STEP = 1024;
const STEPS = /^(kernel_size|pool_size|strides|dilation_rate|padding|cropping|size)$/;
/** Side of a picture, or length of a feature vector. */
const LARGEST_SIDE = 2 ** 20;

/** A layer as model.json has it. */
interface LayerEntry {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes?: [string, 0, 0, object][][];
}

/** What of a model.json is given to TensorFlow.js. */
export interface CheckedTopology {
  class_name: string;
  config: {
    name: string;
    layers: LayerEntry[];
    input_layers?: [string, 0, 0][];
    output_layers?: [string, 0, 0][];
  };
}

/**
 * Check the layers of an untrusted model.json before TensorFlow.js builds them: a chain, or layers that take the outputs of
 * earlier ones, each called once, of classes that this program knows. TensorFlow.js itself would look unknown classes up
 * as any property of an object, and wait for ever for a layer that comes after the one that needs it.
 *
 * The size of weights is checked while they are made: see `withWeightLimit`.
 *
 * @param topology the value of `modelTopology`
 * @returns a copy with only the parts that were checked
 * @throws {UserError} that names the first layer that is refused
 */
export function checkTopology(topology: unknown): CheckedTopology {
  const outer = asObject(topology, 'its modelTopology');
  const { class_name, config } = outer.model_config ? asObject(outer.model_config, 'its model_config') : outer;
  if (class_name !== 'Sequential' && class_name !== 'Model' && class_name !== 'Functional') {
    throw new UserError(`its modelTopology is of class ${shown(class_name)}, expected Sequential, Model or Functional`);
  }
  const { name = 'model', layers, input_layers, output_layers } = asConfig(config);
  if (typeof name !== 'string') throw new UserError(`it is called ${shown(name)}`);
  if (!Array.isArray(layers) || layers.length === 0 || layers.length > MOST_LAYERS) {
    throw new UserError(`it has ${Array.isArray(layers) ? layers.length : 'no'} layers, expected 1 to ${MOST_LAYERS}`);
  }
  const known = new Set<string>();
  const chain = class_name === 'Sequential';
  const checked = layers.map((layer) => checkLayer(layer, known, chain));
  if (chain) return { class_name, config: { name, layers: checked } };
  const ends = { input_layers: asEnds(input_layers, known), output_layers: asEnds(output_layers, known) };
  return { class_name, config: { name, layers: checked, ...ends } };
}

function checkLayer(value: unknown, known: Set<string>, chain: boolean): LayerEntry {
  const layer = asObject(value, 'a layer');
  const config = asObject(layer.config, 'the config of a layer');
  const { class_name } = layer;
  const name = layer.name ?? config.name;
  if (typeof name !== 'string' || name === '' || config.name !== name) {
    throw new UserError(`a layer is called ${shown(name)}, and ${shown(config.name)} in its config`);
  }
  if (typeof class_name !== 'string' || !isLayerClass(class_name)) {
    throw new UserError(`layer ${shown(name)} is of class ${shown(class_name)}, which is not known here`);
  }
  if (known.has(name)) throw new UserError(`it has two layers ${shown(name)}`);
  checkConfig(config, `layer ${shown(name)}`);
  const entry: LayerEntry = { class_name, name, config };
  if (!chain) {
    const calls = class_name === 'InputLayer' ? 0 : 1;
    entry.inbound_nodes = asNodes(layer.inbound_nodes, `layer ${shown(name)}`, known, calls);
  }
  known.add(name);
  return entry;
}

/** Whether a class is one of layers that compute themselves, and hold no others: TensorFlow.js's or a registered one. */
function isLayerClass(name: string): boolean {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const known = Object.hasOwn(classNameMap, name) ? classNameMap[name]![0] : undefined;
  if (!(known?.prototype instanceof tf.layers.Layer)) return false;
  return known.prototype !== tf.LayersModel.prototype && !(known.prototype instanceof tf.LayersModel);
}

/** Numbers that would make a layer compute without end, and layers within it, are refused at any depth. */
function checkConfig(value: unknown, where: string, key = ''): void {
  if (typeof value === 'number' && STEPS.test(key) && !(value >= 0 && value <= LARGEST_STEP)) {
    throw new UserError(`${where} has the ${key} ${value}, expected 0 to ${LARGEST_STEP}`);
  }
  if (Array.isArray(value)) {
    if (key === 'batch_input_shape') checkInputShape(value, where);
    for (const item of value) checkConfig(item, where, key);
    return;
  }
  if (typeof value !== 'object' || value === null) {
    if (key === 'dtype' && value !== null && value !== 'float32') {
      throw new UserError(`${where} is of type ${shown(value)}, expected float32`);
    }
    return;
  }
  const { class_name } = value as Record<string, unknown>;
  if (typeof class_name === 'string') {
    const known = Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, class_name);
    if (!known) throw new UserError(`${where} has a ${key} of class ${shown(class_name)}, which is not known here`);
    if (isLayerClass(class_name)) throw new UserError(`${where} has another within it, which is not read`);
  }
  for (const [inner, item] of Object.entries(value)) checkConfig(item, where, snakeCase(inner));
}

function checkInputShape(shape: unknown[], where: string): void {
  const isSide = (side: unknown) => Number.isSafeInteger(side) && Number(side) > 0 && Number(side) <= LARGEST_SIDE;
  if (shape[0] === null && shape.length > 1 && shape.length <= 4 && shape.slice(1).every(isSide)) return;
  throw new UserError(`${where} takes the shape ${shown(shape)}, expected null and up to three sides in pixels`);
}

/** What a layer takes, call by call: the outputs of earlier layers. TensorFlow.js waits for ever for one that is never called. */
function asNodes(value: unknown, where: string, known: ReadonlySet<string>, calls: number): [string, 0, 0, object][][] {
  if (!Array.isArray(value) || value.length !== calls) {
    const found = Array.isArray(value) ? value.length : shown(value);
    throw new UserError(`${where} is called ${found} times, expected ${calls}`);
  }
  return value.map((node) => {
    if (!Array.isArray(node) || node.length === 0) throw new UserError(`${where} takes ${shown(node)}`);
    return node.map((input): [string, 0, 0, object] => [...asEnd(input, where, known), {}]);
  });
}

function asEnds(value: unknown, known: ReadonlySet<string>): [string, 0, 0][] {
  if (!Array.isArray(value) || value.length === 0) throw new UserError(`it has the inputs or outputs ${shown(value)}`);
  const single = typeof value[0] === 'string' ? [value] : value;
  return single.map((end) => asEnd(end, 'the model', known));
}

function asEnd(value: unknown, where: string, known: ReadonlySet<string>): [string, 0, 0] {
  const [name, node, tensor] = Array.isArray(value) ? value : [];
  if (typeof name !== 'string' || !known.has(name) || node !== 0 || tensor !== 0) {
    throw new UserError(`${where} takes ${shown(value)}, expected the output of an earlier layer`);
  }
  return [name, 0, 0];
}

/** Older files have the layers of a chain as the config itself. */
function asConfig(config: unknown): Record<string, unknown> {
  return Array.isArray(config) ? { layers: config } : asObject(config, 'its config');
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError(`${what} is ${shown(value)}, expected an object`);
}

/** TensorFlow.js takes 'poolSize' as well as 'pool_size'. */
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
