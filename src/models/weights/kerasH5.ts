import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Group } from 'h5wasm';
import { UserError } from '../../core/errors';
import { temporaryBeside } from '../../core/files';
import type { NamedArray } from './safetensors';

/** A layer as it is written: its weights with their names, in the order in which Keras's layer has them. */
export interface NamedLayer {
  name: string;
  weights: (NamedArray & { name: string })[];
}

/** An HDF5 attribute holds 64 kB; Keras splits longer lists into layer_names0, layer_names1, ... */
const LARGEST_ATTRIBUTE = 64_000;

/** What the file says wrote it: the last Keras whose configurations are written this way, and later ones still read. */
const KERAS_VERSION = '2.15.0';

/**
 * Write Keras's legacy `.h5`, beside and then renamed: weights alone, or with `modelConfig` a whole model, as
 * `keras.models.load_model` reads it.
 *
 * @param layers every layer of the model in its order, also those without weights
 * @param modelConfig `{ class_name, config }`
 */
export async function writeKerasH5(file: string, layers: readonly NamedLayer[], modelConfig?: object): Promise<void> {
  const hdf5 = await import('h5wasm/node');
  await hdf5.ready;
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const temporary = temporaryBeside(resolve(file));
  try {
    const root = new hdf5.File(temporary, 'w');
    if (root.file_id < 0n) throw new UserError(`'${file}' cannot be written`);
    try {
      let group: Group = root;
      if (modelConfig) {
        root.create_attribute('model_config', JSON.stringify(modelConfig), [], 'S');
        group = root.create_group('model_weights');
      }
      for (const place of modelConfig ? [root, group] : [root]) {
        place.create_attribute('backend', 'tensorflow', [], 'S');
        place.create_attribute('keras_version', KERAS_VERSION, [], 'S');
      }
      writeLayers(group, layers);
      root.flush();
    } finally {
      root.close();
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function writeLayers(root: Group, layers: readonly NamedLayer[]): void {
  writeNames(
    root,
    'layer_names',
    layers.map(({ name }) => name),
  );
  for (const { name, weights } of layers) {
    const group = root.create_group(name);
    const paths = weights.map((weight) => `${name}/${weight.name}`);
    writeNames(group, 'weight_names', paths);
    if (weights.length === 0) continue;
    const inner = group.create_group(name);
    for (const weight of weights) {
      inner.create_dataset({ name: weight.name, data: weight.data, shape: weight.shape, dtype: '<f' });
    }
  }
}

function writeNames(group: Group, attribute: string, names: string[]): void {
  const width = Math.max(1, ...names.map((name) => Buffer.byteLength(name)));
  const most = Math.floor(LARGEST_ATTRIBUTE / width);
  const write = (key: string, part: string[]) =>
    part.length > 0
      ? group.create_attribute(key, part, [part.length], `S${width}`)
      : group.create_attribute(key, new Float64Array(0), [0], '<d');
  if (names.length <= most) write(attribute, names);
  else for (let i = 0; i * most < names.length; i++) write(`${attribute}${i}`, names.slice(i * most, (i + 1) * most));
}
