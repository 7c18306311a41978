import { augmentPictures, contentIndex } from '../augment';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import { decodeAll, type Example, type Skipped } from '../data';
import type { Backbone } from '../models';
import { FeatureStore } from './featureStore';
import { PictureNetwork } from './pictureNetwork';
import type { PixelMemory } from './pixelMemory';
import { RowTable } from './rowTable';
import type { AugmentedView } from './views';

/** What a frozen backbone makes of pictures. */
export interface Features {
  /** one a picture; those of many pictures lie in a file */
  rows: RowTable;
  /** all of them as one array [examples, length], row-major; put together when asked for */
  readonly values: Float32Array;
  length: number;
  /** the pictures that could be read, in the order of the rows */
  examples: Example[];
  labels: Int32Array;
  skipped: Skipped[];
  /** SHA-256 of each picture's file, in the order of the rows */
  hashes: string[];
  /** how many rows came from the cache */
  cached: number;
  seconds: { decode: number; features: number };
}

export interface ExtractFeaturesOptions {
  /** pictures a forward pass; default 16 */
  batchSize?: number;
  /** look in the cache first, and keep there what was computed; default true */
  cache?: boolean;
  /** the pictures as an augmentation shows them, instead of as they are */
  view?: AugmentedView;
  /** the backbone as a network for pictures, where it serves several extractions; default: one of its own */
  network?: PictureNetwork;
  /** decoded pictures that several extractions share; default: none are kept */
  memory?: PixelMemory;
  listener?: Listener;
}

/**
 * Run pictures through a frozen backbone once (feature extraction: Donahue et al. 2014, DeCAF; Razavian et al. 2014).
 * Pictures are decoded while the network computes; those that cannot be read are listed and left out.
 *
 * When the listener asks to stop, what is there so far is returned.
 */
export async function extractFeatures(
  backbone: Backbone,
  examples: readonly Example[],
  options?: ExtractFeaturesOptions,
): Promise<Features> {
  const { batchSize, cache, view, network, memory, listener } = withDefaults('extractFeatures', options, {
    batchSize: 16,
    cache: true,
    view: undefined as AugmentedView | undefined,
    network: undefined as PictureNetwork | undefined,
    memory: undefined as PixelMemory | undefined,
    listener: {} as Listener,
  });
  const computing = network ?? new PictureNetwork(backbone, examples.length, listener.onMessage);
  const store = cache ? new FeatureStore(backbone, view, computing.precision) : undefined;
  const { features: length } = backbone.entry;
  const rows = new RowTable(examples.length, length);
  const kept: { example: Example; hash: string }[] = [];
  const skipped: Skipped[] = [];
  const seconds = { decode: 0, features: 0 };
  let cached = 0;
  let waiting: { row: number; hash: string; pixels: Uint8Array }[] = [];

  const lookUp = (hash: string): { features?: Float32Array; pixels?: Uint8Array } | undefined => {
    const features = store?.get(hash);
    if (features) return { features };
    const pixels = memory?.get(hash);
    return pixels && { pixels };
  };

  const compute = async () => {
    if (waiting.length === 0) return;
    const began = performance.now();
    const pictures = waiting.map(({ pixels }) => pixels);
    const indices = waiting.map(({ hash }) => contentIndex(hash));
    const { inputSize } = backbone.entry.preprocessing;
    const seen = view
      ? await augmentPictures(pictures, inputSize, view.augmentation, { seed: view.seed, view: view.number, indices })
      : pictures;
    const batch = computing.run(seen); // [batch, features]
    waiting.forEach(({ row, hash }, i) => {
      const features = batch.subarray(i * length, (i + 1) * length);
      rows.set(row, features);
      store?.set(hash, features);
    });
    waiting = [];
    seconds.features += (performance.now() - began) / 1000;
  };

  try {
    let asked = performance.now();
    let done = 0;
    for await (const { example, hash, known, pixels = known?.pixels, reason } of decodeAll(
      examples,
      backbone.entry.preprocessing,
      lookUp,
    )) {
      seconds.decode += (performance.now() - asked) / 1000;
      const features = known?.features;
      if (features) cached++;
      if (pixels) memory?.keep(hash, pixels);
      if (features || pixels) kept.push({ example, hash });
      if (features) rows.set(kept.length - 1, features);
      else if (pixels) waiting.push({ row: kept.length - 1, hash, pixels });
      else skipped.push({ file: example.file, reason: reason ?? 'unreadable' });
      if (waiting.length === batchSize) await compute();
      listener.onProgress?.({ task: 'features', done: ++done, total: examples.length, unit: 'pictures' });
      if (listener.shouldStop?.()) break;
      asked = performance.now();
    }
    await compute();
  } finally {
    store?.close(listener.onMessage);
    memory?.close(listener.onMessage);
    if (!network) computing.dispose();
  }

  return {
    rows,
    get values() {
      return rows.toArray(kept.length);
    },
    length,
    examples: kept.map(({ example }) => example),
    labels: Int32Array.from(kept, ({ example }) => example.label),
    skipped,
    hashes: kept.map(({ hash }) => hash),
    cached,
    seconds,
  };
}

/**
 * The rows of some examples, as data to train a head on. Examples without a row (unreadable pictures) are left out.
 *
 * @returns values [rows, length], their labels, and which examples they are
 */
export function selectRows(
  features: Pick<Features, 'rows' | 'length' | 'examples' | 'labels'>,
  examples: readonly Example[],
) {
  const rowOf = new Map(features.examples.map((example, row) => [example.file, row]));
  const rows = examples.map((example) => rowOf.get(example.file)).filter((row) => row !== undefined);
  const { length } = features;
  const values = new Float32Array(rows.length * length);
  rows.forEach((row, i) => values.set(features.rows.get(row), i * length));
  return {
    values,
    shape: [length],
    labels: Int32Array.from(rows, (row) => features.labels[row]!),
    examples: rows.map((row) => features.examples[row]!),
  };
}
