import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import type { Example, Skipped } from '../data';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import type { Engine, EngineChoice, Precision } from '../tensorflow/graph';
import type { ArrayData } from './batchSource';
import { featurePart } from './frozenPart';
import { FrozenRows, type FrozenRowsOptions } from './frozenRows';
import { Pictures } from './pictures';

/** The features of pictures: what a network computes from them below its head. */
export interface Features {
  /** Feature vectors, row-major: `[examples, length]`. */
  values: Float32Array;
  /** Numbers per feature vector. */
  length: number;
  /** The pictures that could be read, in the order of the rows. */
  examples: Example[];
  /** Class index of each picture. */
  labels: Int32Array;
  /** The pictures that could not be read, with the reasons. */
  skipped: Skipped[];
  /** SHA-256 of each picture's file, in the order of the rows. */
  hashes: string[];
  /** How many feature vectors came from the cache. */
  cached: number;
  /** Wall-clock seconds spent on decoding and on computing features. */
  seconds: { decode: number; features: number };
  /** What computed the features, or those in the cache. */
  engine: Engine;
}

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** Read features from the cache on disk, and add new ones to it. Default: `true` */
  cache?: boolean;
  /**
   * Number format of the computation: `'bfloat16'` is faster on some processors and less exact. Default:
   * `'float32'`
   */
  precision?: Precision;
  /**
   * What computes the features: `'tensorflow'`, `'onnxruntime'` or `'openvino'` where `tunebook setup --only onnxruntime,openvino` has
   * installed them, or with `'auto'` the fastest of them, which is measured once for each network. Default: `'tensorflow'`
   */
  engine?: EngineChoice;
  /** Receives progress and messages, and may ask to stop. */
  listener?: Listener;
}

/** A backbone, or another network without its head. */
export interface Network {
  /** Facts about the backbone, such as its preprocessing. */
  entry: Backbone['entry'];
  /** The network without its classifier. */
  model: Backbone['model'];
}

/** A backbone, or a result of `train`: its features are those of the fine-tuned model when more than the head was trained. */
export type FeatureNetwork =
  | Network
  | {
      /** The backbone that was trained. */
      backbone: Network;
      /** The whole model, when more than its head was trained. */
      model?: tf.LayersModel;
    };

/**
 * Compute the features of pictures with a network without its head (feature extraction: Donahue et al. 2014, DeCAF; Razavian et
 * al. 2014). They are cached on disk, where training with a frozen backbone finds them, too. Pictures are decoded while the network
 * computes; those that cannot be read are left out and listed in `skipped`. When the listener asks to stop, the features so far are
 * returned.
 *
 * @param network a backbone, or a result of `train`
 * @param examples pictures of a dataset
 * @throws {UserError} on an unknown option, when the engine is not installed, or when no layer of the network gives its features
 *
 * @example
 * ```ts
 * import { extractFeatures, imageFolder, loadBackbone } from 'tunebook';
 *
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 96 });
 * const features = await extractFeatures(backbone, imageFolder('photos').examples);
 * [features.labels.length, features.length]; // => [ 24, 256 ]
 * ```
 */
export async function extractFeatures(
  network: FeatureNetwork,
  examples: readonly Example[],
  options?: ExtractFeaturesOptions,
): Promise<Features> {
  const { cache, precision, engine, listener } = withDefaults('extractFeatures', options, {
    cache: true,
    precision: 'float32' as Precision,
    engine: 'tensorflow' as EngineChoice,
    listener: {} as Listener,
  });
  const rows = featureRows(network, examples.length, { cache, precision, engine, listener });
  try {
    return await readFeatures(rows, entryOf(network), examples, listener);
  } finally {
    rows.dispose();
  }
}

/** The rows of features of `count` pictures, which compute what is not in the cache. */
export function featureRows(
  network: FeatureNetwork,
  count: number,
  { cache, ...options }: { cache: boolean } & Pick<FrozenRowsOptions, 'precision' | 'engine' | 'listener'>,
): FrozenRows {
  const model = 'backbone' in network ? (network.model ?? network.backbone.model) : network.model;
  const part = featurePart(model, entryOf(network).features);
  const storage = { memory: Infinity, ...(!cache && { disk: 0 }) };
  return FrozenRows.open(part, { count, keyed: true }, { ...storage, ...options })!;
}

/** The features of pictures, read from and added to `rows`. */
export async function readFeatures(
  rows: FrozenRows,
  { preprocessing }: Backbone['entry'],
  examples: readonly Example[],
  listener: Listener,
): Promise<Features> {
  const began = performance.now();
  const pictures = await Pictures.open(examples, preprocessing, { memory: 0, rows, listener });
  const { size, labels, key } = pictures.source(pictures.examples);
  const { length, cached, seconds, engine } = rows;
  const values = new Float32Array(size * length);
  for (let row = 0; row < size; row++) {
    const there = rows.copy(key!(row, 0), values.subarray(row * length, (row + 1) * length));
    if (!there) throw new Error(`the features of ${pictures.examples[row]!.file} were not computed`);
  }
  const decode = (performance.now() - began) / 1000 - seconds;
  const { hashes, skipped } = pictures;
  return {
    ...{ values, length, examples: pictures.examples, labels, skipped, hashes, cached },
    seconds: { decode, features: seconds },
    engine,
  };
}

const entryOf = (network: FeatureNetwork) => ('backbone' in network ? network.backbone.entry : network.entry);

/**
 * Select the feature vectors of some pictures, as data to train a head on. Pictures without features (because they could not be
 * read) are left out.
 *
 * @param features from {@link extractFeatures}
 * @param chosen pictures, such as the `train` part of a split
 * @returns values `[examples, length]`, labels, and the examples in the order of the rows
 *
 * @example
 * ```ts
 * import { extractFeatures, imageFolder, loadBackbone, selectRows, splitDataset } from 'tunebook';
 *
 * const split = splitDataset(imageFolder('photos'));
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 96 });
 * const features = await extractFeatures(backbone, [...split.train, ...split.validation]);
 * selectRows(features, split.validation).labels.length; // => 6
 * ```
 */
export function selectRows(
  features: Pick<Features, 'values' | 'length' | 'examples' | 'labels'>,
  chosen: readonly Example[],
): ArrayData & { examples: Example[] } {
  const { values, length, labels, examples } = features;
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
