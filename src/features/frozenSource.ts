import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { tf } from '../tensorflow';
import { availablePrecision, compile, type Precision } from '../tensorflow/graph';
import type { Batch, BatchSource } from './batchSource';
import { cacheLimit } from './cacheRoom';
import type { FrozenPart } from './frozenPart';
import { PICTURES_FOR_GRAPH } from './pictureNetwork';
import { RowStore } from './rowStore';

/** Examples a pass through the frozen part; always as many, so that a row's last bits do not depend on its neighbours. */
const BATCH = 16;
/** Counts up when the way rows are computed changes, so that older ones are not taken. */
const VERSION = 2;

export interface FrozenSourceOptions {
  /** largest number of bytes that rows may take in memory; beyond it they are read from disk; default 256 MiB */
  memory?: number;
  /** largest number of bytes that these rows may take on disk, 0: keep nothing there; default: all that the cache may take */
  disk?: number;
  /** what the frozen part is computed in; default float32 */
  precision?: Precision;
  listener?: Listener;
}

/**
 * What the frozen part of a model makes of the examples of a source, computed once an example and view: a source for
 * training what lies above. Rows are kept in memory while they fit, and on disk if the source names its examples (`key`), where
 * the next run finds them.
 *
 * @returns undefined if nothing can be kept, because every epoch sees new examples or there is no room
 */
export async function frozenSource(
  source: BatchSource,
  part: FrozenPart,
  { memory = 2 ** 28, disk = cacheLimit(), precision: asked = 'float32', listener = {} }: FrozenSourceOptions = {},
): Promise<BatchSource | undefined> {
  const { size, labels, views = 1 } = source;
  const length = part.shape.reduce((product, side) => product * side, 1);
  const total = size * views;
  const inMemory = 4 * total * length <= memory;
  const onDisk = source.key !== undefined && 4 * total * length <= disk;
  if (!inMemory && !onDisk) return undefined;
  const precision = availablePrecision(asked, listener.onMessage ?? console.warn);
  const store = onDisk ? storeOf(part, precision) : undefined;
  const rows = inMemory ? new Float32Array(total * length) : undefined;
  const keyOf = (index: number) => sha256(source.key!(index % size, Math.floor(index / size)));

  const missing: number[] = [];
  for (let index = 0; index < total; index++) {
    const known = rows ? store?.get(keyOf(index)) : undefined;
    if (known) rows!.set(known, index * length);
    else if (rows || !store!.has(keyOf(index))) missing.push(index);
  }
  const compute = async ({ rows: chosen, view }: Chunk) => computeRows(await source.batch(chosen, view), part.below);
  const keep = ({ rows: chosen, view }: Chunk, computed: Float32Array) =>
    chosen.forEach((row, i) => {
      const values = computed.subarray(i * length, (i + 1) * length);
      rows?.set(values, (view * size + row) * length);
      store?.set(keyOf(view * size + row), values);
    });
  if (!(await computeChunks(source, part, chunksOf(missing, size), { total, keep, precision, listener })))
    return undefined;
  store?.close(listener.onMessage);

  return {
    size,
    shape: part.shape,
    labels,
    views,
    async batch(chosen, view) {
      const values = new Float32Array(chosen.length * length);
      for (const [i, row] of chosen.entries()) {
        const index = (view % views) * size + row;
        const found = rows ? rows.subarray(index * length, (index + 1) * length) : store!.get(keyOf(index));
        // one that is damaged or was removed meanwhile is computed anew
        values.set(found ?? (await compute({ rows: [row], view: view % views })), i * length);
      }
      return {
        x: tf.tensor(values, [chosen.length, ...part.shape]),
        y: tf.tensor1d(
          chosen.map((row) => labels[row]!),
          'int32',
        ),
      };
    },
  };
}

interface Computing {
  /** rows there are, with those that are known */
  total: number;
  /** @param computed [rows x length] */
  keep(chunk: Chunk, computed: Float32Array): void;
  precision: Precision;
  listener: Listener;
}

/** Each chunk through the part, the next one being decoded meanwhile. @returns false if the listener asked to stop */
async function computeChunks(
  source: BatchSource,
  part: FrozenPart,
  chunks: readonly Chunk[],
  { total, keep, precision, listener }: Computing,
): Promise<boolean> {
  // by the number of all rows, not of the missing ones: the same training takes the same way, whatever is on disk
  const graph =
    total >= PICTURES_FOR_GRAPH || precision !== 'float32'
      ? compile(part.below, {
          name: 'the frozen layers',
          frozen: part.weights(),
          precision,
          onFallback: listener.onMessage,
        })
      : undefined;
  const below = graph ? (x: tf.Tensor) => graph.call(x) : part.below;
  let done = total - chunks.reduce((sum, { rows }) => sum + rows.length, 0);
  let next = chunks[0] && source.batch(chunks[0].rows, chunks[0].view);
  try {
    for (const [i, chunk] of chunks.entries()) {
      const batch = await next!;
      const following = chunks[i + 1];
      next = following && source.batch(following.rows, following.view);
      keep(chunk, computeRows(batch, below));
      done += chunk.rows.length;
      listener.onProgress?.({ task: 'frozen layers', done, total, unit: 'examples' });
      if (done < total && listener.shouldStop?.()) {
        const unused = await next;
        tf.dispose(unused ? [unused.x, unused.y] : []);
        return false;
      }
    }
    return true;
  } finally {
    graph?.dispose();
  }
}

/** Where rows of this part are kept. */
function storeOf(part: FrozenPart, precision: Precision): RowStore {
  const length = part.shape.reduce((product, side) => product * side, 1);
  const rounded = precision === 'float32' ? '' : ` ${precision}`;
  return new RowStore(part.layer, sha256(`${VERSION} ${part.fingerprint()}${rounded}`), length);
}

/** Tells of an example's key whether its row is on disk. */
export function keptOnDisk(part: FrozenPart | undefined, precision: Precision = 'float32'): (key: string) => boolean {
  const store =
    part &&
    storeOf(
      part,
      availablePrecision(precision, () => {}),
    );
  return (key) => store?.has(sha256(key)) ?? false;
}

interface Chunk {
  rows: number[];
  view: number;
}

/** Indices (view x size + row) in groups of one view and at most {@link BATCH} rows. */
function chunksOf(indices: readonly number[], size: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (const index of indices) {
    const view = Math.floor(index / size);
    const last = chunks.at(-1);
    if (last?.view === view && last.rows.length < BATCH) last.rows.push(index % size);
    else chunks.push({ rows: [index % size], view });
  }
  return chunks;
}

/** The batch is disposed of. @returns [rows x length] */
function computeRows({ x, y }: Batch, below: FrozenPart['below']): Float32Array {
  const values = tf.tidy(() => {
    const rows = x.shape[0]!;
    const padding = () => tf.zeros([BATCH - rows, ...x.shape.slice(1)], x.dtype);
    const full = rows < BATCH ? tf.concat([x, padding()]) : x;
    return below(full).slice(0, rows).dataSync() as Float32Array;
  });
  tf.dispose([x, y]);
  return values;
}
