import { type Augmentation, augmentationKey, augmentPictures, contentIndex } from '../augment';
import { messageOf, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { decodeAll, type Example, type Skipped } from '../data';
import type { Preprocessing } from '../models';
import { type BatchSource, labelsOf } from './batchSource';
import { FROZEN_BATCH, type FrozenRows } from './frozenRows';
import { pictureTensor } from './pictureTensor';
import { PixelMemory } from './pixelMemory';
import { PixelStore } from './pixelStore';

export interface PicturesOptions {
  /** bytes of decoded pictures to keep in memory; default 256 MiB */
  memory?: number;
  /** keep decoded pictures on disk, too, and take them from there; else what is not in memory is decoded whenever it is needed; default false */
  cache?: boolean;
  /**
   * what computes from the pictures, while the next ones are decoded; a picture whose row is there is not decoded now
   *
   * @internal
   */
  rows?: Pick<FrozenRows, 'has' | 'compute'>;
  listener?: Listener;
}

/** How the training pictures are changed at random. */
export interface AugmentedViews {
  augmentation: Augmentation;
  seed: number;
  /** how many augmented views there are of each picture beside the picture itself; Infinity: a new one in every epoch */
  views: number;
}

/** Pictures that can be read, as batches to train on or to evaluate with. Memory does not grow with their number. */
export class Pictures {
  /** those that can be read */
  readonly examples: Example[] = [];
  readonly skipped: Skipped[] = [];
  /** SHA-256 of each file */
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
   * Read and decode pictures once, to know which can be read. When the listener asks to stop, the rest is left out.
   *
   * @param preprocessing how they become what the model was trained on
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
      // of two files with the same content the second may have been decoded before the first was computed
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

  /** Those of some examples that can be read. */
  readable(examples: readonly Example[]): Example[] {
    return examples.filter(({ file }) => this.hashOf.has(file));
  }

  /** Readable examples as something to train on or to evaluate with, preprocessed, as they are or augmented. */
  source(examples: readonly Example[], augmented?: AugmentedViews): BatchSource {
    const { inputSize } = this.preprocessing;
    const hashes = examples.map(({ file }) => this.hashOf.get(file)!);
    const labels = Int32Array.from(examples, ({ label }) => label);
    return {
      size: examples.length,
      shape: [inputSize, inputSize, 3],
      labels,
      views: augmented ? augmented.views + 1 : 1,
      key: (row, view) => this.keyOf(hashes[row]!, view > 0 ? augmented : undefined, view),
      batch: async (rows, view) => {
        let pictures = await this.decoded(rows.map((row) => examples[row]!));
        if (augmented && view > 0) {
          const indices = rows.map((row) => contentIndex(hashes[row]!));
          const { augmentation, seed } = augmented;
          pictures = await augmentPictures(pictures, inputSize, augmentation, { seed, view, indices });
        }
        return { x: pictureTensor(pictures, this.preprocessing), y: labelsOf(labels, rows) };
      },
    };
  }

  /** All that what is computed from a picture depends on, before the network. */
  private keyOf(hash: string, augmented?: AugmentedViews, view = 0): string {
    const changes = augmented ? [augmentationKey(augmented.augmentation), augmented.seed, view] : [];
    return JSON.stringify([hash, this.preprocessing, ...changes]);
  }

  private async decoded(examples: readonly Example[]): Promise<Uint8Array[]> {
    const found = examples.map(({ file }) => this.pixels.get(this.hashOf.get(file)!));
    const missing = examples.filter((_, i) => !found[i]);
    const decoded: Uint8Array[] = [];
    for await (const { example, hash, pixels, reason } of decodeAll(missing, this.preprocessing)) {
      if (!pixels) throw new UserError(`${example.file} could be read before and now cannot: ${messageOf(reason)}`);
      if (hash !== this.hashOf.get(example.file)) throw new UserError(`${example.file} was changed during training`);
      this.pixels.keep(hash, pixels);
      decoded.push(pixels);
    }
    if (missing.length > 0) this.pixels.close();
    return found.map((pixels) => pixels ?? decoded.shift()!);
  }
}
