import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { shown, UserError } from '../../core/errors';
import { parseJson, readBounded } from '../../core/readBounded';
import type { NamedArray } from './safetensors';
import { LARGEST_FILE } from './savedWeights';

/** The names of the files that list the shards of a state dictionary, as Hugging Face's accelerate and hub write them. */
export const SHARD_INDEXES = ['model.safetensors.index.json', 'pytorch_model.bin.index.json'];

/** Bytes of an index: a name of some dozens of characters for each tensor. */
const LARGEST_INDEX = 16 * 2 ** 20;
const MOST_SHARDS = 1000;

/** Whether the JSON text of a file is such an index. */
export const isShardIndex = (content: Buffer): boolean =>
  content[0] === 0x7b && content.length <= LARGEST_INDEX && content.includes('"weight_map"'); // '{': JSON

/**
 * The files that an index names, each once. They lie beside it.
 *
 * @param content of the index
 * @throws {UserError} if it names none, too many, or one in another folder
 */
export function shardsOf(file: string, content: Buffer): string[] {
  const index = parseJson(content.toString('utf8'), file);
  const map = typeof index === 'object' && index !== null ? (index as { weight_map?: unknown }).weight_map : undefined;
  const names: unknown[] = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : [];
  const odd = names.find(
    (name) => typeof name !== 'string' || basename(name) !== name || !/\.(safetensors|bin)$/.test(name),
  );
  if (odd !== undefined)
    throw new UserError(`${file} names ${shown(odd)}, expected files .safetensors or .bin beside it`);
  if (names.length === 0) throw new UserError(`${file} has no weight_map that names files`);
  if (names.length > MOST_SHARDS) throw new UserError(`${file} names more than ${MOST_SHARDS} files`);
  return (names as string[]).map((name) => join(dirname(file), name));
}

/**
 * Read a state dictionary that is in several files.
 *
 * @param read reads one of them, and gives its arrays
 * @param limit all arrays together may have so many bytes
 * @throws {UserError} as {@link shardsOf}, if a file is missing or damaged, or if two have a tensor of the same name
 */
export function readShards(
  file: string,
  content: Buffer,
  limit: number,
  read: (shard: string, limit: number) => Map<string, NamedArray>,
): Map<string, NamedArray> {
  const all = new Map<string, NamedArray>();
  let left = limit;
  for (const shard of shardsOf(file, content)) {
    for (const [name, array] of read(shard, left)) {
      if (all.has(name))
        throw new UserError(`${shard} has a tensor ${shown(name)} that another file of ${file} has, too`);
      all.set(name, array);
      left -= 4 * array.data.length;
    }
  }
  return all;
}

/** SHA-256 of an index and of all files that it names. */
export function hashOfShards(file: string): string {
  const content = readBounded(file, { largest: LARGEST_INDEX });
  const hash = createHash('sha256').update(content);
  for (const shard of shardsOf(file, content)) {
    hash.update(readBounded(shard, { largest: LARGEST_FILE, root: dirname(file) }));
  }
  return hash.digest('hex');
}
