import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import type { Example, Skipped } from '../data';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import type { Precision } from '../tensorflow/graph';
import type { ArrayData } from './batchSource';
import { featurePart } from './frozenPart';
import { FrozenRows } from './frozenRows';
import { Pictures } from './pictures';

/** What a network makes of pictures, below its head. */
export interface Features {
  /** [examples, length], row-major */
  values: Float32Array;
  /** numbers in a row */
  length: number;
  /** the pictures that could be read, in the order of the rows */
  examples: Example[];
  /** class index of each */
  labels: Int32Array;
  skipped: Skipped[];
  /** SHA-256 of each picture's file, in the order of the rows */
  hashes: string[];
  /** how many rows came from the cache */
  cached: number;
  seconds: { decode: number; features: number };
}

export interface ExtractFeaturesOptions {
  /** look in the cache first, and keep there what was computed; default true */
  cache?: boolean;
  /** what the network is computed in; default float32 */
  precision?: Precision;
  listener?: Listener;
}

export type Network = Pick<Backbone, 'entry' | 'model'>;

/** A backbone; or the result of `train`, whose features are its own where more than the head was trained. */
export type FeatureNetwork = Network | { backbone: Network; model?: tf.LayersModel };

/**
 * Run pictures through a network up to its head, once (feature extraction: Donahue et al. 2014, DeCAF; Razavian et al. 2014).
 * Training with a frozen backbone takes the same features from the cache. Pictures are decoded while the network computes;
 * those that cannot be read are listed and left out.
 *
 * When the listener asks to stop, what is there so far is returned.
 *
 * @example
 * ```ts
 * import { extractFeatures, imageFolder, loadBackbone } from 'tunebook';
 *
 * const { examples } = imageFolder('photos');
 * const features = await extractFeatures(await loadBackbone('efficientnet-lite0'), examples);
 * features.length; // => 1280
 * ```
 * @throws {UserError} on an unknown option, or a network without a layer that gives its features
 */
export async function extractFeatures(
  network: FeatureNetwork,
  examples: readonly Example[],
  options?: ExtractFeaturesOptions,
): Promise<Features> {
  const { cache, precision, listener } = withDefaults('extractFeatures', options, {
    cache: true,
    precision: 'float32' as Precision,
    listener: {} as Listener,
  });
  const rows = featureRows(network, examples.length, { cache, precision, listener });
  try {
    return await readFeatures(rows, entryOf(network), examples, listener);
  } finally {
    rows.dispose();
  }
}

/** Room for the features of some pictures, and what computes them. */
export function featureRows(
  network: FeatureNetwork,
  count: number,
  { cache, precision = 'float32', listener }: { cache: boolean; precision?: Precision; listener: Listener },
): FrozenRows {
  const model = 'backbone' in network ? (network.model ?? network.backbone.model) : network.model;
  const part = featurePart(model, entryOf(network).features);
  const room = { memory: Infinity, ...(!cache && { disk: 0 }) };
  return FrozenRows.open(part, { count, keyed: true }, { ...room, precision, listener })!;
}

/** The features of pictures by way of `rows`. */
export async function readFeatures(
  rows: FrozenRows,
  { preprocessing }: Backbone['entry'],
  examples: readonly Example[],
  listener: Listener,
): Promise<Features> {
  const began = performance.now();
  const pictures = await Pictures.open(examples, preprocessing, { memory: 0, rows, listener });
  const { size, labels, key } = pictures.source(pictures.examples);
  const { length, cached, seconds } = rows;
  const values = new Float32Array(size * length);
  for (let row = 0; row < size; row++) values.set(rows.get(key!(row, 0))!, row * length);
  const decode = (performance.now() - began) / 1000 - seconds;
  const { hashes, skipped } = pictures;
  return {
    ...{ values, length, examples: pictures.examples, labels, skipped, hashes, cached },
    seconds: { decode, features: seconds },
  };
}

const entryOf = (network: FeatureNetwork) => ('backbone' in network ? network.backbone.entry : network.entry);

/**
 * The rows of some examples, as data to train a head on. Examples without a row (unreadable pictures) are left out.
 *
 * @returns values [rows, length], their labels, and which examples they are
 */
export function selectRows(
  { values, length, labels, examples }: Pick<Features, 'values' | 'length' | 'examples' | 'labels'>,
  chosen: readonly Example[],
): ArrayData & { examples: Example[] } {
  const rowOf = new Map(examples.map(({ file }, row) => [file, row]));
  const rows = chosen.map(({ file }) => rowOf.get(file)).filter((row) => row !== undefined);
  const selected = new Float32Array(rows.length * length);
  rows.forEach((row, i) => selected.set(values.subarray(row * length, (row + 1) * length), i * length));
  return {
    values: selected,
    shape: [length],
    labels: Int32Array.from(rows, (row) => labels[row]!),
    examples: rows.map((row) => examples[row]!),
  };
}
