import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { NamedArray } from '../../../src/models';
import { writeSafetensors } from '../../../src/models';
import { writeKerasH5 } from '../../../src/models/weights/kerasH5';
import { tf } from '../../../src/tensorflow';

/** A model of two layers, whose weights are in the files below. */
export function tinyModel(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 3], name: 'input' });
  const conv = tf.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, kernelInitializer: 'zeros' });
  const norm = tf.layers.batchNormalization({ name: 'norm' });
  const outputs = norm.apply(conv.apply(input)) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs, name: 'tiny' });
}

const LAYERS: Record<string, Record<string, number[]>> = {
  conv: { kernel: [3, 3, 3, 4], bias: [4] },
  norm: { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] },
};

/** The arrays of {@link tinyModel} by 'layer/weight'. */
export const tinyArrays: ReadonlyMap<string, NamedArray> = new Map(
  Object.entries(LAYERS).flatMap(([layer, weights]) =>
    Object.entries(weights).map(([name, shape]): [string, NamedArray] => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [`${layer}/${name}`, { shape, data: Float32Array.from({ length: size }, (_, i) => (i + 1) / 8) }];
    }),
  ),
);

/** A zip archive of some files, compressed or not; `lie` changes the declared sizes. */
export function zip(files: Record<string, Buffer>, { deflate = false, lie }: { deflate?: boolean; lie?: number } = {}) {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(content) : content;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(deflate ? 8 : 0, 8);
    head.writeUInt32LE(crc32(content), 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(lie ?? content.length, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(lie ?? content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(head, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const tuple = (values: number[]) => `(${values.map((value) => `K${String.fromCharCode(value)}`).join('')}t`;

/** The pickle of a torch state dictionary; `extra` is inserted in place of a tensor. */
function torchPickle(extra = ''): string {
  const tensors = [...tinyArrays].map(([name, { shape, data }], key) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
    const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(String(key))}${text('cpu')}K${String.fromCharCode(data.length)}tQ`;
    return (
      `${text(name)}ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\0${tuple(shape)}${tuple(strides)}` +
      '\x89ccollections\nOrderedDict\n)RtR'
    );
  });
  return `\x80\x02ccollections\nOrderedDict\n)R(${tensors.join('')}${extra}u.`;
}

const bytesOf = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The format of torch.save since torch 1.6: a zip archive. */
export function zippedTorch(extra = ''): Buffer {
  const data = [...tinyArrays.values()].map((array, key): [string, Buffer] => [`a/data/${key}`, bytesOf(array.data)]);
  return zip({ 'a/data.pkl': Buffer.from(torchPickle(extra), 'latin1'), ...Object.fromEntries(data) });
}

/** The format of torch.save up to torch 1.5. */
export function legacyTorch(extra = ''): Buffer {
  const keys = [...tinyArrays.keys()].map((_, key) => text(String(key)));
  const data = [...tinyArrays.values()].flatMap((array) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(array.data.length));
    return [count, bytesOf(array.data)];
  });
  return Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    Buffer.from('\x80\x02M\xe9\x03.', 'latin1'),
    Buffer.from('\x80\x02}.', 'latin1'),
    Buffer.from(torchPickle(extra), 'latin1'),
    Buffer.from(`\x80\x02](${keys.join('')}e.`, 'latin1'),
    ...data,
  ]);
}

/** Keras 3's `.weights.h5`. */
async function weightsH5(file: string): Promise<void> {
  const hdf5 = await import('h5wasm/node');
  await hdf5.ready;
  const root = new hdf5.File(file, 'w');
  const layers = root.create_group('layers');
  for (const [layer, name] of Object.entries({ conv: 'conv2d', norm: 'batch_normalization' })) {
    const vars = layers.create_group(name).create_group('vars');
    Object.keys(LAYERS[layer]!).forEach((weight, index) => {
      const { data, shape } = tinyArrays.get(`${layer}/${weight}`)!;
      vars.create_dataset({ name: String(index), data, shape, dtype: '<f' });
    });
  }
  root.close();
}

/** One file of {@link tinyModel}'s weights in every format that is read, by the format's name. */
export async function everyFormat(folder: string): Promise<Record<string, string>> {
  const file = (name: string) => join(folder, name);
  mkdirSync(folder, { recursive: true });
  await writeKerasH5(
    file('legacy.h5'),
    Object.entries(LAYERS).map(([name, weights]) => ({
      name,
      weights: Object.keys(weights).map((weight) => ({ name: `${weight}:0`, ...tinyArrays.get(`${name}/${weight}`)! })),
    })),
  );
  await weightsH5(file('keras3.weights.h5'));
  writeFileSync(file('model.keras'), zip({ 'model.weights.h5': readFileSync(file('keras3.weights.h5')) }));
  writeFileSync(file('zipped.pth'), zippedTorch());
  writeFileSync(file('legacy.pth'), legacyTorch());
  writeSafetensors(file('named.safetensors'), tinyArrays);
  const weights = [...tinyArrays].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
  const manifest = { modelTopology: {}, weightsManifest: [{ paths: ['weights.bin'], weights }] };
  writeFileSync(file('model.json'), JSON.stringify(manifest));
  writeFileSync(file('weights.bin'), Buffer.concat([...tinyArrays.values()].map(({ data }) => bytesOf(data))));
  return {
    "Keras's legacy .h5": file('legacy.h5'),
    "Keras 3's .weights.h5": file('keras3.weights.h5'),
    "Keras 3's .keras": file('model.keras'),
    "torch's zip": file('zipped.pth'),
    "torch's legacy file": file('legacy.pth'),
    safetensors: file('named.safetensors'),
    'a TensorFlow.js model': file('model.json'),
  };
}
