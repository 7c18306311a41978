import { elements } from '../core/elements';
import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { tf } from '../tensorflow';
import {
  availableEngine,
  availablePrecision,
  type CompiledFunction,
  compile,
  type Engine,
  type EngineChoice,
  measuredEngine,
  type Precision,
} from '../tensorflow/graph';
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
  /**
   * What computes: `'tensorflow'`, `'onnxruntime'` or `'openvino'` where they are installed, or with `'auto'` the fastest of them, which is
   * measured once for each network. Rows of one engine are not taken for those of another. Default: `'tensorflow'`
   */
  engine?: EngineChoice;
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
  /** What computed them. */
  engine: Engine;
}

/**
 * The outputs ("rows") of a model's frozen part, one for each example and view, each computed once. A row is found by its key,
 * which names everything that the example depends on, also by later processes in the cache.
 */
export class FrozenRows implements FrozenCounts {
  computed = 0;
  cached = 0;
  seconds = 0;
  engine: Engine = 'tensorflow';
  /** numbers per row */
  readonly length: number;
  private readonly places = new Map<string, number>();
  private filled = 0;
  private graph: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;
  private store: RowStore | undefined;

  private constructor(
    private readonly part: FrozenPart,
    private readonly count: number,
    private readonly table: RowTable | undefined,
    private readonly stored: boolean,
    private readonly precision: Precision,
    engine: EngineChoice,
    private readonly listener: Listener,
  ) {
    this.length = elements(part.shape);
    this.useEngine(this.choose(engine));
  }

  /**
   * @param count the largest number of rows
   * @param keyed whether all examples have keys that are valid in other processes
   * @returns undefined when the rows exceed both memory and disk limits
   * @throws {UserError} when the engine is not installed
   */
  static open(
    part: FrozenPart,
    { count, keyed }: { count: number; keyed: boolean },
    options: FrozenRowsOptions = {},
  ): FrozenRows | undefined {
    const { memory = 2 ** 30, disk = cacheLimit(), listener = {} } = options;
    const bytes = 4 * count * elements(part.shape);
    const held = bytes <= memory;
    const stored = bytes <= disk && disk > 0;
    if (!held && !(stored && keyed)) return undefined;
    const precision = availablePrecision(options.precision ?? 'float32', listener.onMessage ?? console.warn);
    const engine = availableEngine(options.engine ?? 'tensorflow', precision);
    const table = held ? new RowTable(count, elements(part.shape)) : undefined;
    return new FrozenRows(part, count, table, stored, precision, engine, listener);
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
   * The engine to compute with. It is chosen before the first row is looked for, because that is looked for among the rows of this
   * engine: so the same training has the same rows whatever the cache holds.
   */
  private choose(asked: EngineChoice): Engine {
    const { part, count } = this;
    const shape = [FROZEN_BATCH, ...part.inputShape];
    if (asked !== 'auto') return asked;
    if (count < PICTURES_FOR_GRAPH || !shape.every((size) => size !== null)) return 'tensorflow';
    const known = measuredEngine({ weights: part.weights(), shape });
    if (known) return known;
    const example = tf.randomUniform(shape, -1, 1, 'float32', 1);
    this.graph = this.compiled('auto');
    const { engine } = this.graph.compile(example);
    example.dispose();
    return engine;
  }

  private useEngine(engine: Engine): void {
    const { part, precision, stored } = this;
    this.engine = engine;
    this.store = stored ? storeOf(part, precision, engine) : undefined;
  }

  private compiled(engine: EngineChoice): CompiledFunction<[tf.Tensor], tf.Tensor> {
    const { part, precision, listener } = this;
    return compile(part.below, {
      name: 'the frozen part of the network',
      frozen: part.weights(),
      precision,
      engine,
      onFallback: listener.onMessage,
    });
  }

  /**
   * The frozen part, as a compiled graph when there are enough rows. All rows count, not only those missing in the cache, so that
   * the same training is computed in the same way whatever the cache holds.
   */
  private belowGraph(): (x: tf.Tensor) => tf.Tensor {
    const { part, count, precision, engine } = this;
    if (count < PICTURES_FOR_GRAPH && precision === 'float32' && engine === 'tensorflow') return part.below;
    this.graph ??= this.compiled(engine);
    const { graph } = this;
    return (x) => {
      const rows = graph.call(x);
      const used = graph.report?.engine;
      if (used && used !== this.engine) this.useEngine(used); // it could not compute this network
      return rows;
    };
  }
}

/** The cache on disk for rows of this part. */
function storeOf(part: FrozenPart, precision: Precision, engine: Engine): RowStore {
  const rounded = precision === 'float32' ? '' : ` ${precision}`;
  const computed = engine === 'tensorflow' ? '' : ` ${engine}`;
  return new RowStore(
    part.layer,
    sha256(`${VERSION} ${part.fingerprint()}${rounded}${computed}`),
    elements(part.shape),
  );
}
