import { type Augmentation, augmentationKey, augmentPictures, contentIndex } from '../augment';
import { messageOf, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { DECODING_VERSION, decodeAll, type Example, type Skipped } from '../data';
import type { Preprocessing } from '../models';
import { type BatchSource, labelsOf } from './batchSource';
import { FROZEN_BATCH, type FrozenRows } from './frozenRows';
import { pictureTensor } from './pictureTensor';
import { PixelMemory } from './pixelMemory';
import { PixelStore } from './pixelStore';

/** Options of {@link Pictures.open}. */
export interface PicturesOptions {
  /** Bytes of decoded pictures to keep in memory. Default: 256 MiB */
  memory?: number;
  /**
   * Keep decoded pictures on disk as well, and read them from there; otherwise pictures that are not in memory are
   * decoded again when needed. Default: `false`
   */
  cache?: boolean;
  /**
   * Computes frozen layers while pictures are decoded; pictures whose output is known are not decoded.
   *
   * @internal
   */
  rows?: Pick<FrozenRows, 'has' | 'compute'>;
  /** Receives progress and messages, and may ask to stop. */
  listener?: Listener;
}

/** How training pictures are augmented. */
export interface AugmentedViews {
  /** The operation or pipeline. */
  augmentation: Augmentation;
  /** Random seed. */
  seed: number;
  /**
   * Number of augmented views of each picture, in addition to the picture itself; epochs see them in turn.
   * Infinity: a new view in every epoch.
   */
  views: number;
}

/**
 * Decoded pictures as batches for training or evaluation. Memory does not grow with their number.
 *
 * @example
 * ```ts
 * import { imageFolder, loadBackbone, Pictures } from 'tunebook';
 *
 * const { entry } = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 96 });
 * const pictures = await Pictures.open(imageFolder('photos').examples, entry.preprocessing);
 * const { x, y } = await pictures.source(pictures.examples).batch([0, 1], 0);
 * [x.shape, y.shape]; // => [ [ 2, 96, 96, 3 ], [ 2 ] ]
 * ```
 */
export class Pictures {
  /** The pictures that can be read. */
  readonly examples: Example[] = [];
  /** The pictures that cannot be read, with the reasons. */
  readonly skipped: Skipped[] = [];
  /** SHA-256 of each readable file, in the order of `examples`. */
  readonly hashes: string[] = [];
  private readonly hashOf = new Map<string, string>();
  private readonly pixels: PixelMemory;

  private constructor(
    private readonly preprocessing: Preprocessing,
    memory: number | undefined,
    store: PixelStore | undefined,
  ) {
    this.pixels = new PixelMemory(memory, store);
  }

  /**
   * Read and decode pictures once, to find out which can be read. When the listener asks to stop, the remaining ones are left out.
   *
   * @param examples pictures of a dataset
   * @param preprocessing of the backbone: `backbone.entry.preprocessing`
   * @throws {UserError} when the environment variable TUNEBOOK_CACHE_BYTES is not a number
   */
  static async open(
    examples: readonly Example[],
    preprocessing: Preprocessing,
    { memory, cache = false, rows, listener = {} }: PicturesOptions = {},
  ): Promise<Pictures> {
    const store = cache ? PixelStore.for(preprocessing, examples.length) : undefined;
    const result = new Pictures(preprocessing, memory, store);
    const waiting = new Map<string, Uint8Array>(); // by key, for the next batch of `rows`
    const compute = () => {
      if (waiting.size > 0) rows!.compute([...waiting.keys()], pictureTensor([...waiting.values()], preprocessing));
      waiting.clear();
    };
    const lookUp = (hash: string): { pixels?: Uint8Array } | undefined => {
      if (rows?.has(result.keyOf(hash))) return {};
      const pixels = result.pixels.get(hash);
      return pixels && { pixels };
    };
    let done = 0;
    for await (const { example, hash, known, pixels = known?.pixels, reason } of decodeAll(
      examples,
      preprocessing,
      lookUp,
    )) {
      if (pixels || known) {
        result.examples.push(example);
        result.hashes.push(hash);
        result.hashOf.set(example.file, hash);
      } else {
        result.skipped.push({ file: example.file, reason: reason ?? 'unreadable' });
      }
      if (pixels) result.pixels.keep(hash, pixels);
      // a second file with the same content may have been decoded before the first was computed
      if (pixels && rows && !rows.has(result.keyOf(hash))) waiting.set(result.keyOf(hash), pixels);
      if (waiting.size === FROZEN_BATCH) compute();
      const task = rows ? 'features' : 'decoding';
      listener.onProgress?.({ task, done: ++done, total: examples.length, unit: 'pictures' });
      if (listener.shouldStop?.()) break;
    }
    compute();
    result.pixels.close(listener.onMessage);
    return result;
  }

  /** The given pictures without those that cannot be read. */
  readable(examples: readonly Example[]): Example[] {
    return examples.filter(({ file }) => this.hashOf.has(file));
  }

  /**
   * A source of preprocessed batches for training or evaluation.
   *
   * @param examples readable pictures: all or some of `examples`
   * @param augmented how to augment them. Default: not at all
   */
  source(examples: readonly Example[], augmented?: AugmentedViews): BatchSource {
    const { inputSize, channels = 3 } = this.preprocessing;
    const hashes = examples.map(({ file }) => this.hashOf.get(file)!);
    const labels = Int32Array.from(examples, ({ label }) => label);
    return {
      size: examples.length,
      shape: [inputSize, inputSize, channels],
      labels,
      ...(examples.some(({ group }) => group !== undefined) && { groups: examples.map(({ group }) => group) }),
      views: augmented ? augmented.views + 1 : 1,
      key: (row, view) => this.keyOf(hashes[row]!, view > 0 ? augmented : undefined, view),
      batch: async (rows, view) => {
        let pictures = await this.decoded(rows.map((row) => examples[row]!));
        if (augmented && view > 0) {
          const indices = rows.map((row) => contentIndex(hashes[row]!));
          const { augmentation, seed } = augmented;
          const draw = { seed, view, indices };
          pictures = await augmentPictures(pictures, inputSize, augmentation, draw, channels);
        }
        return { x: pictureTensor(pictures, this.preprocessing), y: labelsOf(labels, rows) };
      },
    };
  }

  /** Names everything that the network's input depends on: content, preprocessing and augmentation. */
  private keyOf(hash: string, augmented?: AugmentedViews, view = 0): string {
    const changes = augmented ? [augmentationKey(augmented.augmentation), augmented.seed, view] : [];
    return JSON.stringify([hash, DECODING_VERSION, this.preprocessing, ...changes]);
  }

  private async decoded(examples: readonly Example[]): Promise<Uint8Array[]> {
    const found = examples.map(({ file }) => this.pixels.get(this.hashOf.get(file)!));
    const missing = examples.filter((_, i) => !found[i]);
    const unknown = missing.find(({ file }) => !this.hashOf.has(file));
    if (unknown)
      throw new UserError(`${unknown.file} is none of the pictures that Pictures.open read; give it all of them`);
    const decoded: Uint8Array[] = [];
    for await (const { example, hash, pixels, reason } of decodeAll(missing, this.preprocessing)) {
      if (!pixels) throw new UserError(`${example.file} cannot be read any more: ${messageOf(reason)}`);
      if (hash !== this.hashOf.get(example.file)) throw new UserError(`${example.file} was changed during training`);
      this.pixels.keep(hash, pixels);
      decoded.push(pixels);
    }
    if (missing.length > 0) this.pixels.close();
    return found.map((pixels) => pixels ?? decoded.shift()!);
  }
}
