import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import { readHalf } from './half';
import type { NamedArray } from './safetensors';
import { LARGEST_FILE } from './savedWeights';

interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

/** How one stored number is read, by type: bytes each, and reader. */
const TYPES: Record<string, { bytes: number; read: (data: Buffer, at: number) => number }> = {
  float32: { bytes: 4, read: (data, at) => data.readFloatLE(at) },
  int32: { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  float16: { bytes: 2, read: (data, at) => readHalf(data.readUInt16LE(at)) },
  uint16: { bytes: 2, read: (data, at) => data.readUInt16LE(at) },
  uint8: { bytes: 1, read: (data, at) => data[at]! },
};

/**
 * Read the weights of a TensorFlow.js layers model: `model.json` and the binary files beside it that it names. Weights
 * that were quantized to 8 or 16 bits are turned back.
 *
 * @returns arrays by 'layer/weight'
 * @throws {UserError} that names the first thing that does not fit
 */
export function readTfjsModel(file: string, limit = LARGEST_FILE): Map<string, NamedArray> {
  const wrong = (what: string) => new UserError(`${file} is no readable TensorFlow.js model: ${what}`);
  let manifest: { paths: string[]; weights: WeightEntry[] }[];
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8')).weightsManifest;
  } catch (error) {
    throw wrong(messageOf(error));
  }
  if (!Array.isArray(manifest)) throw wrong('it has no weightsManifest');
  const arrays = new Map<string, NamedArray>();
  let left = limit;
  for (const group of manifest) {
    if (!Array.isArray(group?.paths) || !Array.isArray(group?.weights)) throw wrong('its weightsManifest is damaged');
    const content = Buffer.concat(group.paths.map((path) => readShard(file, path, wrong)));
    let position = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      const type = Object.hasOwn(TYPES, quantization?.dtype ?? dtype) ? TYPES[quantization?.dtype ?? dtype] : undefined;
      if (!type) throw wrong(`'${name}' is of type ${quantization?.dtype ?? dtype}`);
      if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
        throw wrong(`'${name}' has the shape ${JSON.stringify(shape)}`);
      }
      const size = shape.reduce((product, side) => product * side, 1);
      if (position + size * type.bytes > content.length) throw wrong(`its data end within '${name}'`);
      left -= 4 * size;
      if (left < 0) throw wrong(`it holds more than ${limit} bytes`);
      const { scale = 1, min = 0 } = quantization ?? {};
      const data = new Float32Array(size);
      for (let i = 0; i < size; i++) data[i] = type.read(content, position + i * type.bytes) * scale + min;
      position += size * type.bytes;
      arrays.set(String(name).split('/').slice(-2).join('/'), { shape, data });
    }
    if (position !== content.length) throw wrong(`it has ${content.length - position} bytes that no weight uses`);
  }
  return arrays;
}

/** A binary file beside the model; a path that leads elsewhere is refused. */
function readShard(file: string, path: unknown, wrong: (what: string) => UserError): Buffer {
  const folder = resolve(dirname(file));
  const shard = join(folder, String(path));
  if (!shard.startsWith(folder + sep)) throw wrong(`it names a file outside its folder: ${String(path)}`);
  try {
    if (statSync(shard).size > LARGEST_FILE) throw new Error('it is too large');
    return readFileSync(shard);
  } catch (error) {
    throw wrong(`'${String(path)}' beside it: ${messageOf(error)}`);
  }
}
