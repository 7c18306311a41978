import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { elements } from '../../core/elements';
import { shown, UserError } from '../../core/errors';
import { readHalf } from '../../core/half';
import { openBounded, readBounded, readJson } from '../../core/readBounded';
import { pathBelow } from '../../core/safePath';
import type { NamedArray } from './safetensors';
import { LARGEST_FILE } from './savedWeights';

/** Bytes of a model.json; that of the largest backbone has half a megabyte. */
const LARGEST_JSON = 2 ** 25;
const MOST_WEIGHTS = 100_000;
const MOST_FILES = 10_000;
const MOST_DIMENSIONS = 8;

/** A TensorFlow.js layers model as its files have it. */
export interface TfjsFile {
  /** the layers, as model.json says it: not checked */
  topology: unknown;
  /** by name, in the file's order */
  weights: Map<string, NamedArray>;
}

/** How one stored number is read, by type: bytes each, and reader. */
const TYPES: Record<string, { bytes: number; read: (data: Buffer, at: number) => number }> = {
  float32: { bytes: 4, read: (data, at) => data.readFloatLE(at) },
  int32: { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  float16: { bytes: 2, read: (data, at) => readHalf(data.readUInt16LE(at)) },
  uint16: { bytes: 2, read: (data, at) => data.readUInt16LE(at) },
  uint8: { bytes: 1, read: (data, at) => data[at]! },
};

/** A weight as the manifest declares it. */
interface Declaration {
  name: string;
  shape: number[];
  /** how many numbers it has */
  size: number;
  type: string;
  scale: number;
  min: number;
}

/** Some weights, and the files that hold them one after the other. */
interface Group {
  paths: string[];
  weights: Declaration[];
}

/**
 * Read the files of a TensorFlow.js layers model that need not be trusted: `model.json` and the binary files that it names.
 * They must be plain files below its folder, and have, together, the bytes that the declared shapes and types take; both are
 * checked before any of them is read. Weights that were quantized to 8 or 16 bits are turned back.
 *
 * @param file the `model.json`
 * @param limit bytes that all weights together may have, as float32; default 2 GB
 * @throws {UserError} in one line that names the file and the first thing that does not fit
 *
 * @example
 * readTfjsFile('runs/first/model/model.json').weights.get('logits/kernel'); // { shape: [1280, 5], data: Float32Array }
 */
export function readTfjsFile(file: string, limit = LARGEST_FILE): TfjsFile {
  const folder = dirname(file);
  try {
    const json = readJson(file, { largest: LARGEST_JSON, root: folder }) as Record<string, unknown> | null;
    const groups = readManifest(json?.weightsManifest, limit);
    const sizes = groups.map((group) => fileSizes(folder, group));
    const weights = new Map<string, NamedArray>();
    groups.forEach((group, g) => {
      const numbers = readGroup(folder, group, sizes[g]!);
      let position = 0;
      for (const { name, shape, size } of group.weights) {
        weights.set(name, { shape, data: numbers.subarray(position, position + size) });
        position += size;
      }
    });
    return { topology: json!.modelTopology, weights };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${file} is no readable TensorFlow.js model: ${error.message}`);
  }
}

/**
 * SHA-256 of a TensorFlow.js model: of its model.json and, after it, of the files that hold its weights.
 *
 * @throws {UserError} as {@link readTfjsFile}
 */
export function hashOfTfjs(file: string): string {
  const folder = dirname(file);
  const hash = createHash('sha256').update(readBounded(file, { largest: LARGEST_JSON, root: folder }));
  const json = readJson(file, { largest: LARGEST_JSON, root: folder }) as Record<string, unknown> | null;
  for (const { paths } of readManifest(json?.weightsManifest, LARGEST_FILE)) {
    for (const path of paths) hash.update(readBounded(shard(folder, path), { largest: LARGEST_FILE, root: folder }));
  }
  return hash.digest('hex');
}

function readManifest(manifest: unknown, limit: number): Group[] {
  if (!Array.isArray(manifest)) throw new UserError('it has no weightsManifest');
  const names = new Set<string>();
  let left = limit;
  let files = MOST_FILES;
  return manifest.map((group) => {
    const { paths, weights } = group ?? {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) throw new UserError('its weightsManifest is damaged');
    files -= paths.length;
    if (files < 0) throw new UserError(`it names more than ${MOST_FILES} files`);
    const declared = weights.map((entry) => {
      const weight = readDeclaration(entry, Math.floor(limit / 4));
      left -= 4 * weight.size;
      if (left < 0) throw new UserError(`it holds more than ${limit} bytes`);
      if (names.has(weight.name)) throw new UserError(`it has two weights ${shown(weight.name)}`);
      if (names.add(weight.name).size > MOST_WEIGHTS) throw new UserError(`it has more than ${MOST_WEIGHTS} weights`);
      return weight;
    });
    return { paths, weights: declared };
  });
}

function readDeclaration(entry: unknown, largest: number): Declaration {
  const { name, shape, dtype, quantization } = (entry ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') throw new UserError(`a weight is called ${shown(name)}`);
  const { dtype: stored = dtype, scale = 1, min = 0 } = (quantization ?? {}) as Record<string, unknown>;
  if (typeof stored !== 'string' || !Object.hasOwn(TYPES, stored)) {
    throw new UserError(`${shown(name)} is of type ${shown(stored)}; ${Object.keys(TYPES).join(', ')} are read`);
  }
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new UserError(`${shown(name)} has the quantization ${shown(quantization)}`);
  }
  const isSide = (side: unknown): side is number => Number.isSafeInteger(side) && Number(side) >= 0;
  if (!Array.isArray(shape) || shape.length > MOST_DIMENSIONS || !shape.every(isSide)) {
    throw new UserError(`${shown(name)} has the shape ${shown(shape)}`);
  }
  // a product of doubles: beyond 2^53 it is no longer exact, but still far beyond the largest
  const size = elements(shape);
  if (!(size <= largest))
    throw new UserError(`${shown(name)} has the shape [${shape}]: more than ${4 * largest} bytes`);
  return { name, shape, size, type: stored, scale: Number(scale), min: Number(min) };
}

/** The bytes of each file of a group, when they are right together. */
function fileSizes(folder: string, { paths, weights }: Group): number[] {
  let wanted = weights.reduce((sum, { size, type }) => sum + size * TYPES[type]!.bytes, 0);
  const sizes = paths.map((path) => {
    const { descriptor, bytes } = openBounded(shard(folder, path), { largest: LARGEST_FILE, root: folder });
    closeSync(descriptor);
    return bytes;
  });
  for (const bytes of sizes) wanted -= bytes;
  if (wanted < 0) throw new UserError(`it has ${-wanted} bytes that no weight uses`);
  if (wanted > 0) throw new UserError(`its data end ${wanted} bytes too soon, within ${shown(weights.at(-1)?.name)}`);
  return sizes;
}

const shard = (folder: string, path: unknown): string => pathBelow(folder, path, 'a file of weights');

/** The numbers of all weights of a group. */
function readGroup(folder: string, { paths, weights }: Group, sizes: readonly number[]): Float32Array<ArrayBuffer> {
  const parts = paths.map((path, i) => {
    const content = readBounded(shard(folder, path), { largest: sizes[i]!, root: folder });
    if (content.length !== sizes[i]) throw new UserError(`${relative('', path)} changed while it was read`);
    return content;
  });
  const content = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const numbers = new Float32Array(weights.reduce((sum, { size }) => sum + size, 0));
  let from = 0;
  let to = 0;
  for (const { type, size, scale, min } of weights) {
    const { bytes, read } = TYPES[type]!;
    const end = from + size * bytes;
    if (type === 'float32' && scale === 1 && min === 0) {
      new Uint8Array(numbers.buffer, 4 * to, 4 * size).set(content.subarray(from, end));
      to += size;
    } else for (let at = from; at < end; at += bytes) numbers[to++] = read(content, at) * scale + min;
    from = end;
  }
  return numbers;
}
