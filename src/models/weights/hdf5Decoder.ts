import { setFlagsFromString } from 'node:v8';
import type { Dataset, File, Group } from 'h5wasm';
import type { Decode } from '../../core/decoderMain';
import { elements } from '../../core/elements';
import { messageOf, UserError } from '../../core/errors';
import { readBfloat16, readHalf } from '../../core/half';
import { readBounded } from '../../core/readBounded';
import { LARGEST_FILE, type SavedLayer, type SavedWeights } from './savedWeights';

/*
 * Reads a Keras HDF5 file in a process of its own: the HDF5 library (h5wasm, compiled C) sees nothing but the bytes it is
 * given, and a damaged file that makes it loop or abort ends only this process.
 */

export interface Hdf5Request {
  /** path, or the bytes of a file that is in another one */
  file: string | Uint8Array;
  /** all arrays together may have so many bytes */
  limit: number;
}

export interface Hdf5Answer {
  saved?: SavedWeights;
  /** why there are no weights */
  reason?: string;
  /** whether the reason is a sentence of this module */
  expected?: boolean;
}

const H5T_INTEGER = 0;
const H5T_FLOAT = 1;
const H5T_OPAQUE = 5;
/** How deep Keras nests a model in a model. */
const DEEPEST = 8;
const MOST_LAYERS = 20_000;

async function read({ file: from, limit }: Hdf5Request): Promise<SavedWeights> {
  const content = typeof from === 'string' ? readBounded(from, { largest: LARGEST_FILE }) : from;
  // this process reads one file: to optimize the library's code would take longer than to run it
  setFlagsFromString('--liftoff-only');
  const hdf5 = await import('h5wasm');
  const { FS } = (await hdf5.ready) as unknown as { FS: MemoryFiles };
  FS.createDataFile('/', 'weights.h5', content, true, false, true); // owned: not copied
  const file = new hdf5.File('/weights.h5', 'r');
  if (file.file_id < 0n) throw new UserError('it is damaged or cut short: the HDF5 library cannot open it');
  let left = limit;

  const group = (parent: Group, name: string): Group => {
    const entity = parent.get(name);
    if (!(entity instanceof hdf5.Group)) throw new UserError(`it has no group '${name}' in '${parent.path}'`);
    return entity;
  };

  const dataset = (parent: Group, name: string): SavedLayer['weights'][number] => {
    const entity = parent.get(name);
    if (!(entity instanceof hdf5.Dataset)) throw new UserError(`it has no array '${name}' in '${parent.path}'`);
    const { shape, type, size, virtual_sources: virtual, chunks } = (entity as Dataset).metadata;
    if (!shape || virtual?.length) throw new UserError(`'${entity.path}' is no plain array`);
    const bytes = size * elements(shape);
    if (!(bytes <= left) || (!chunks && bytes > content.length)) {
      throw new UserError(`'${entity.path}' says it has the shape [${shape}]: more than the file or the model holds`);
    }
    left -= bytes;
    const isBfloat16 = type === H5T_OPAQUE && size === 2 && attribute(entity as Dataset, 'dtype') === 'bfloat16';
    if (type !== H5T_FLOAT && type !== H5T_INTEGER && !isBfloat16) {
      throw new UserError(`'${entity.path}' holds no numbers`);
    }
    if (isBfloat16 || (type === H5T_FLOAT && size === 2)) {
      // h5wasm knows neither of the types of 16 bits: it is told that they are whole numbers
      const as = { ...(entity as Dataset).metadata, type: H5T_INTEGER, signed: false, vlen: false };
      const bits = Object.defineProperty(entity as Dataset, 'metadata', { value: as }).value as Uint16Array;
      return { shape: [...shape], data: Float32Array.from(bits, isBfloat16 ? readBfloat16 : readHalf) };
    }
    return { shape: [...shape], data: floats(entity.path, (entity as Dataset).value) };
  };

  // a model inside a model is one layer that has the weights of all its layers, named 'layer/weight'
  const ordered = (root: Group): SavedWeights => {
    const layers = names(root, 'layer_names').flatMap((name) => {
      const layer = group(root, name);
      const parts = new Map<string, SavedLayer['weights']>();
      const paths = names(layer, 'weight_names');
      for (const weight of paths) {
        const owner = weight.split('/').slice(0, -1).join('/');
        parts.set(owner, [...(parts.get(owner) ?? []), dataset(layer, weight)]);
      }
      const isModel = parts.size > 1;
      return [...parts].map(([owner, weights]): SavedLayer => ({ name: isModel ? lastPart(owner) : name, weights }));
    });
    return { kind: 'ordered', layers };
  };

  const layers: SavedLayer[] = [];
  const counted = (root: Group, within: string, depth: number): void => {
    for (const name of root.keys()) {
      const entity = root.get(name);
      if (!(entity instanceof hdf5.Group) || layers.length > MOST_LAYERS) continue;
      if (name === 'vars' || (within === '' && /^(optimizer|loss|metrics)/.test(name))) continue;
      const keys = entity.keys();
      if (keys.includes('vars')) {
        const variables = group(entity, 'vars');
        const count = variables.keys().length;
        const weights = Array.from({ length: count }, (_, index) => dataset(variables, String(index)));
        const title = attribute(variables, 'name');
        if (count > 0) layers.push({ name, weights, within, ...(title !== undefined && { title }) });
      }
      const isModel = keys.some((key) => CONTAINERS.has(key));
      if (depth > 0 && (isModel || CONTAINERS.has(name))) counted(entity, entity.path, depth - 1);
    }
  };

  const top = (file as File).keys();
  if (has(file, 'layer_names')) return ordered(file);
  if (top.includes('model_weights')) return ordered(group(file, 'model_weights')); // a whole model, not only weights
  counted(file as unknown as Group, '', DEEPEST);
  if (layers.length > 0) return { kind: 'counted', layers };
  throw new UserError('it is an HDF5 file, but not one that Keras wrote: it has neither layer_names nor layers');
}

/** Groups of Keras 3 that hold the layers of a model. */
const CONTAINERS = new Set(['layers', '_layer_checkpoint_dependencies']);

interface MemoryFiles {
  createDataFile(folder: string, name: string, data: Uint8Array, read: boolean, write: boolean, own: boolean): void;
}

/** Keras splits a list of names that is too long for one HDF5 attribute: layer_names0, layer_names1, ... */
function has(group: Group, attribute: string): boolean {
  return attribute in group.attrs || `${attribute}0` in group.attrs;
}

function names(group: Group, attribute: string): string[] {
  const { attrs } = group;
  const parts: string[] = [];
  const add = (key: string) => {
    const value = attrs[key]!.value;
    const list = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
    parts.push(...list.map(String));
  };
  if (attribute in attrs) add(attribute);
  else for (let i = 0; `${attribute}${i}` in attrs; i++) add(`${attribute}${i}`);
  return parts;
}

const lastPart = (path: string): string => path.split('/').at(-1)!;

/** A text attribute. */
function attribute({ attrs }: Pick<Group, 'attrs'>, name: string): string | undefined {
  const value = name in attrs ? attrs[name]!.value : undefined;
  return typeof value === 'string' ? value : undefined;
}

function floats(path: string, value: unknown): Float32Array {
  if (value instanceof Float32Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value)); // of no dimension
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float32Array.from(value, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Float32Array.from(value as unknown as ArrayLike<number>);
  }
  throw new UserError(`'${path}' cannot be read as numbers`);
}

export const decode: Decode<Hdf5Request, Hdf5Answer> = async (request) => {
  try {
    return { answer: { saved: await read(request) } };
  } catch (error) {
    return { answer: { reason: messageOf(error).split('\n')[0], expected: error instanceof UserError } };
  }
};
