import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { tf } from '../tensorflow';
import { availablePrecision, type CompiledFunction, compile, type Precision } from '../tensorflow/graph';
import { elements } from './batchSource';
import { cacheLimit } from './cacheRoom';
import type { FrozenPart } from './frozenPart';
import { PICTURES_FOR_GRAPH } from './pictureNetwork';
import { RowStore } from './rowStore';
import { RowTable } from './rowTable';

/** Examples in a forward pass; a smaller batch is filled up, so that a row's last bits do not depend on its neighbours. */
export const FROZEN_BATCH = 16;
/** Counts up when the way rows are computed changes, so that older ones are not taken. */
const VERSION = 2;
/** The place of a row that is in the cache only. */
const ON_DISK = -1;

export interface FrozenRowsOptions {
  /**
   * bytes of rows that the process holds itself, up to 16 MiB of them in memory and more in a temporary file; what exceeds it
   * is read from the cache whenever it is needed; default 1 GiB
   */
  memory?: number;
  /** largest number of bytes that these rows may take in the cache, 0: keep nothing there; default: all that it may take */
  disk?: number;
  /** what the frozen part is computed in; default float32 */
  precision?: Precision;
  listener?: Listener;
}

/** How much of a frozen part's work was done, and how much was found in the cache. */
export interface FrozenCounts {
  /** rows that were computed */
  computed: number;
  /** rows that were in the cache */
  cached: number;
  /** that computing took */
  seconds: number;
}

/**
 * The outputs ("rows") of a model's frozen part, one for each example and view, each computed once. A row is found by its key,
 * which names all that the example depends on; the next process finds it in the cache.
 */
export class FrozenRows implements FrozenCounts {
  computed = 0;
  cached = 0;
  seconds = 0;
  /** numbers in a row */
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
   * @param count how many rows there will be, at most
   * @param keyed whether all examples have keys that hold beyond this process
   * @returns undefined if there is no room for the rows
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

  /** Whether the row with this key is there, or in the cache. */
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

  /** The row with this key, not to be written to; undefined if it was never computed, or is damaged. */
  get(key: string): Float32Array | undefined {
    const name = sha256(key);
    const place = this.places.get(name);
    return place === undefined || place === ON_DISK ? this.store?.get(name) : this.table!.get(place);
  }

  /**
   * Compute the rows of a batch and keep them.
   *
   * @param keys one for each example
   * @param x [batch, ...]; is disposed of
   * @param keyed whether the keys hold beyond this process; default true
   */
  compute(keys: readonly string[], x: tf.Tensor, keyed = true): void {
    const values = this.pass(x); // [batch x length]
    keys.forEach((key, i) => {
      const name = sha256(key);
      const row = values.subarray(i * this.length, (i + 1) * this.length);
      if (this.table) this.put(name, row);
      else this.places.set(name, ON_DISK);
      if (keyed) this.store?.set(name, row);
    });
    this.computed += keys.length;
  }

  /** The rows of a batch, which is disposed of: [batch, ...] to [batch x length]. */
  pass(x: tf.Tensor): Float32Array {
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

  /** No more will be computed for now: give back the graph's memory, and make room in the cache if it is full. */
  close(): void {
    this.graph?.dispose();
    this.graph = undefined;
    this.store?.close(this.listener.onMessage);
  }

  /** Give back the temporary file, too. */
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
   * The frozen part, as a graph where that pays. Decided by the number of all rows, not of the missing ones: the same training
   * is computed in the same way, whatever is in the cache.
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

/** Where rows of this part are kept. */
function storeOf(part: FrozenPart, precision: Precision): RowStore {
  const rounded = precision === 'float32' ? '' : ` ${precision}`;
  return new RowStore(part.layer, sha256(`${VERSION} ${part.fingerprint()}${rounded}`), elements(part.shape));
}
