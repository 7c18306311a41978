import type { Listener } from '../core/listener';
import { tf } from '../tensorflow';
import { type BatchSource, labelsOf } from './batchSource';
import type { FrozenPart } from './frozenPart';
import { FROZEN_BATCH, FrozenRows, type FrozenRowsOptions } from './frozenRows';

/** Counts sources without keys, to give each a name within this process. */
let unnamed = 0;

/**
 * Compute the outputs of a model's frozen part once for each example and view: the result is a source for training the layers
 * above it. When the source has keys ({@link BatchSource.key}), later runs find the outputs in the cache on disk.
 *
 * @param source examples to compute
 * @param part from `findFrozenPart`
 * @throws {UserError} when the environment variable TUNEBOOK_CACHE_BYTES is not a number
 *
 * @example
 * ```ts
 * import { attachHead, buildHead, features, imageFolder, loadBackbone, Pictures } from 'tunebook';
 *
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 96 });
 * const part = features.findFrozenPart(attachHead(backbone.model, buildHead(256, 3)));
 * const pictures = await Pictures.open(imageFolder('photos').examples, backbone.entry.preprocessing);
 * const source = part && (await features.frozenSource(pictures.source(pictures.examples), part));
 * source?.shape; // => [ 256 ]
 * ```
 */
export async function frozenSource(
  source: BatchSource,
  part: FrozenPart,
  options: FrozenRowsOptions = {},
): Promise<BatchSource | undefined> {
  const rows = openRows(part, [source], options);
  if (!rows) return undefined;
  try {
    return await sourceOfRows(source, part, rows, options.listener);
  } finally {
    rows.close();
  }
}

/**
 * Rows for several sources.
 *
 * @returns undefined when they exceed the limits of memory and disk
 */
export function openRows(
  part: FrozenPart,
  sources: readonly BatchSource[],
  options: FrozenRowsOptions,
): FrozenRows | undefined {
  const count = sources.reduce((sum, { size, views = 1 }) => sum + size * views, 0);
  return FrozenRows.open(part, { count, keyed: sources.every(({ key }) => key) }, options);
}

/**
 * {@link frozenSource} with given rows, some of which may be computed already, and which several sources may share.
 *
 * @returns undefined when every epoch sees new examples, or the listener asked to stop
 */
export async function sourceOfRows(
  source: BatchSource,
  part: FrozenPart,
  rows: FrozenRows,
  listener: Listener = {},
): Promise<BatchSource | undefined> {
  const { size, labels, groups, views = 1 } = source;
  if (!Number.isFinite(views)) return undefined;
  const keyed = source.key !== undefined;
  const prefix = keyed ? '' : `unnamed source ${unnamed++}`;
  const keyOf = (row: number, view: number) => source.key?.(row, view) ?? `${prefix} ${row} ${view}`;

  const chunks = missingChunks(size, views, keyOf, rows);
  const total = size * views;
  let done = total - chunks.reduce((sum, { chosen }) => sum + chosen.length, 0);
  let next = chunks[0] && source.batch(chunks[0].chosen, chunks[0].view);
  for (const [i, { chosen, view }] of chunks.entries()) {
    const { x, y } = await next!;
    y.dispose();
    const following = chunks[i + 1];
    next = following && source.batch(following.chosen, following.view); // decoded while this batch is computed
    rows.compute(
      chosen.map((row) => keyOf(row, view)),
      x,
      keyed,
    );
    done += chosen.length;
    listener.onProgress?.({ task: 'frozen layers', done, total, unit: 'examples' });
    if (following && listener.shouldStop?.()) {
      const unused = await next!;
      tf.dispose([unused.x, unused.y]);
      return undefined;
    }
  }

  /** Compute a row again that is damaged, or was removed from the cache meanwhile. */
  const recompute = async (row: number, view: number) => {
    const { x, y } = await source.batch([row], view);
    y.dispose();
    return rows.forward(x);
  };
  return {
    size,
    shape: part.shape,
    labels,
    ...(groups && { groups }),
    views,
    async batch(chosen, epoch) {
      const view = epoch % views;
      const values = new Float32Array(chosen.length * rows.length); // not reused: TensorFlow may still read it
      for (const [i, row] of chosen.entries()) {
        const target = values.subarray(i * rows.length, (i + 1) * rows.length);
        if (!rows.copy(keyOf(row, view), target)) target.set(await recompute(row, view));
      }
      return { x: tf.tensor(values, [chosen.length, ...part.shape]), y: labelsOf(labels, chosen) };
    },
  };
}

/** Examples of one view that are computed in one forward pass. */
interface Chunk {
  chosen: number[];
  view: number;
}

/** The examples and views whose rows are missing, each key once. */
function missingChunks(
  size: number,
  views: number,
  keyOf: (row: number, view: number) => string,
  rows: FrozenRows,
): Chunk[] {
  const chunks: Chunk[] = [];
  const seen = new Set<string>();
  for (let view = 0; view < views; view++) {
    for (let row = 0; row < size; row++) {
      const key = keyOf(row, view);
      if (seen.has(key) || rows.has(key)) continue;
      seen.add(key);
      const last = chunks.at(-1);
      if (last?.view === view && last.chosen.length < FROZEN_BATCH) last.chosen.push(row);
      else chunks.push({ chosen: [row], view });
    }
  }
  return chunks;
}
