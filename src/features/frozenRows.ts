import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { tf } from '../tensorflow';
import { availablePrecision, type CompiledFunction, compile, type Precision } from '../tensorflow/graph';
import { elements } from './batchSource';
import { cacheLimit } from './cacheSize';
import type { FrozenPart } from './frozenPart';
import { PICTURES_FOR_GRAPH } from './pictureNetwork';
import { RowStore } from './rowStore';
import { RowTable } from './rowTable';

/** Examples per forward pass; smaller batches are padded, so that a row is bit-identical in any batch. */
export const FROZEN_BATCH = 16;
/** Increased when the computation of rows changes, so that older cached rows are not used. */
const VERSION = 2;
/** Stands for the position of a row that is in the cache only. */
const ON_DISK = -1;

/** Options of `frozenSource`. */
export interface FrozenRowsOptions {
  /**
   * Bytes of outputs that the process itself holds: up to 16 MiB in memory, more in a temporary file. With more
   * outputs than this they are read from the cache on disk each time. Default: 1 GiB
   */
  memory?: number;
  /**
   * Most bytes that these outputs may take in the cache on disk; 0 writes nothing there. Default: the limit of the
   * cache
   */
  disk?: number;
  /** Number format of the computation. Default: `'float32'` */
  precision?: Precision;
  /** Receives progress and messages, and may ask to stop. */
  listener?: Listener;
}

/** How much of the frozen layers was computed, and how much was found in the cache. */
export interface FrozenCounts {
  /** Outputs that were computed, one for each example and view. */
  computed: number;
  /** Outputs that were in the cache. */
  cached: number;
  /** Wall-clock seconds of the computation. */
  seconds: number;
}

/**
 * The outputs ("rows") of a model's frozen part, one for each example and view, each computed once. A row is found by its key,
 * which names everything that the example depends on, also by later processes in the cache.
 */
export class FrozenRows implements FrozenCounts {
  computed = 0;
  cached = 0;
  seconds = 0;
  /** numbers per row */
  readonly length: number;
  private readonly places = new Map<string, number>();
  private filled = 0;
  private graph: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;

  private constructor(
    private readonly part: FrozenPart,
    private readonly count: number,
    private readonly table: RowTable | undefined,
    private readonly store: RowStore | undefined,
    private readonly precision: Precision,
    private readonly listener: Listener,
  ) {
    this.length = elements(part.shape);
  }

  /**
   * @param count the largest number of rows
   * @param keyed whether all examples have keys that are valid in other processes
   * @returns undefined when the rows exceed both memory and disk limits
   */
  static open(
    part: FrozenPart,
    { count, keyed }: { count: number; keyed: boolean },
    { memory = 2 ** 30, disk = cacheLimit(), precision: asked = 'float32', listener = {} }: FrozenRowsOptions = {},
  ): FrozenRows | undefined {
    const bytes = 4 * count * elements(part.shape);
    const held = bytes <= memory;
    const stored = bytes <= disk && disk > 0;
    if (!held && !(stored && keyed)) return undefined;
    const precision = availablePrecision(asked, listener.onMessage ?? console.warn);
    const table = held ? new RowTable(count, elements(part.shape)) : undefined;
    return new FrozenRows(part, count, table, stored ? storeOf(part, precision) : undefined, precision, listener);
  }

  /** Whether the row with this key was computed, or is in the cache. */
  has(key: string): boolean {
    const name = sha256(key);
    if (this.places.has(name)) return true;
    if (!this.store) return false;
    if (this.table) {
      const row = this.store.get(name);
      if (!row) return false;
      this.put(name, row);
    } else {
      if (!this.store.has(name)) return false;
      this.places.set(name, ON_DISK);
    }
    this.cached++;
    return true;
  }

  /**
   * Copy the row with this key. Nothing is allocated for it: an epoch of 20,000 rows would leave 100 MB to collect.
   *
   * @param target {@link length} numbers
   * @returns false when it was never computed, or is damaged
   */
  copy(key: string, target: Float32Array): boolean {
    const name = sha256(key);
    const place = this.places.get(name);
    if (place !== undefined && place !== ON_DISK) {
      this.table!.copy(place, target);
      return true;
    }
    const stored = this.store?.get(name);
    if (stored) target.set(stored);
    return stored !== undefined;
  }

  /**
   * Compute the rows of a batch and store them.
   *
   * @param keys one for each example
   * @param x [batch, ...]; it is disposed
   * @param keyed whether the keys are valid in other processes; default true
   */
  compute(keys: readonly string[], x: tf.Tensor, keyed = true): void {
    const values = this.forward(x); // [batch x length]
    keys.forEach((key, i) => {
      const name = sha256(key);
      const row = values.subarray(i * this.length, (i + 1) * this.length);
      if (this.table) this.put(name, row);
      else this.places.set(name, ON_DISK);
      if (keyed) this.store?.set(name, row);
    });
    this.computed += keys.length;
  }

  /** Compute the rows of a batch, which is disposed: [batch, ...] to [batch x length]. */
  forward(x: tf.Tensor): Float32Array {
    const began = performance.now();
    const below = this.belowGraph();
    const values = tf.tidy(() => {
      const rows = x.shape[0]!;
      const padding = () => tf.zeros([FROZEN_BATCH - rows, ...x.shape.slice(1)], x.dtype);
      const full = rows < FROZEN_BATCH ? tf.concat([x, padding()]) : x;
      return below(full).slice(0, rows).dataSync() as Float32Array;
    });
    x.dispose();
    this.seconds += (performance.now() - began) / 1000;
    return values;
  }

  /** Call this after computing: releases the graph's memory, and removes old cache entries when the cache is full. */
  close(): void {
    this.graph?.dispose();
    this.graph = undefined;
    this.store?.close(this.listener.onMessage);
  }

  /** Close, and remove the temporary file. */
  dispose(): void {
    this.close();
    this.table?.dispose();
  }

  private put(name: string, row: Float32Array): void {
    const place = this.places.get(name) ?? this.filled++;
    this.table!.set(place, row);
    this.places.set(name, place);
  }

  /**
   * The frozen part, as a compiled graph when there are enough rows. All rows count, not only those missing in the cache, so that
   * the same training is computed in the same way whatever the cache holds.
   */
  private belowGraph(): (x: tf.Tensor) => tf.Tensor {
    const { part, count, precision, listener } = this;
    if (count < PICTURES_FOR_GRAPH && precision === 'float32') return part.below;
    this.graph ??= compile(part.below, {
      name: 'the frozen layers',
      frozen: part.weights(),
      precision,
      onFallback: listener.onMessage,
    });
    const { graph } = this;
    return (x) => graph.call(x);
  }
}

/** The cache on disk for rows of this part. */
function storeOf(part: FrozenPart, precision: Precision): RowStore {
  const rounded = precision === 'float32' ? '' : ` ${precision}`;
  return new RowStore(part.layer, sha256(`${VERSION} ${part.fingerprint()}${rounded}`), elements(part.shape));
}
