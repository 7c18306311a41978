import { type Augmentation, augmentationKey, augmentPictures, contentIndex } from '../augment';
import { messageOf, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { decodeAll, type Example, type Skipped } from '../data';
import { type Preprocessing, preprocess } from '../models';
import { tf } from '../tensorflow';
import type { BatchSource } from './batchSource';
import { PixelMemory } from './pixelMemory';
import { PixelStore } from './pixelStore';

export interface PicturesOptions {
  /** bytes of decoded pictures to keep in memory; default 256 MiB */
  memory?: number;
  /** keep decoded pictures on disk, too, and take them from there; else what is not in memory is decoded whenever it is needed; default false */
  cache?: boolean;
  /** asked with a picture's key: true if it need not be decoded now, because what is computed from it is known */
  known?: (key: string) => boolean;
  listener?: Listener;
}

/** How the training pictures are changed at random. */
export interface AugmentedViews {
  augmentation: Augmentation;
  seed: number;
  /** how many different looks there are at each picture beside the picture itself; Infinity: a new one in every epoch */
  views: number;
}

/** Pictures that can be read, ready to be looked at batch by batch. Memory does not grow with their number. */
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
    { memory, cache = false, known = () => false, listener = {} }: PicturesOptions = {},
  ): Promise<Pictures> {
    const store = cache ? PixelStore.for(preprocessing, examples.length) : undefined;
    const result = new Pictures(preprocessing, memory, store);
    let done = 0;
    const lookUp = (hash: string) => (known(result.keyOf(hash)) || result.pixels.get(hash) ? true : undefined);
    for await (const { example, hash, pixels, known: isKnown, reason } of decodeAll(examples, preprocessing, lookUp)) {
      if (pixels || isKnown) {
        result.examples.push(example);
        result.hashes.push(hash);
        result.hashOf.set(example.file, hash);
        if (pixels) result.pixels.keep(hash, pixels);
      } else {
        result.skipped.push({ file: example.file, reason: reason ?? 'unreadable' });
      }
      listener.onProgress?.({ task: 'decoding', done: ++done, total: examples.length, unit: 'pictures' });
      if (listener.shouldStop?.()) break;
    }
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
        const y = tf.tensor1d(
          rows.map((row) => labels[row]!),
          'int32',
        );
        return { x: this.toTensor(pictures), y };
      },
    };
  }

  /** All that what is computed from a picture depends on, before the network. */
  private keyOf(hash: string, augmented?: AugmentedViews, view = 0): string {
    const looks = augmented ? [augmentationKey(augmented.augmentation), augmented.seed, view] : [];
    return JSON.stringify([hash, this.preprocessing, ...looks]);
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

  /** [batch, size, size, 3], preprocessed. */
  private toTensor(pictures: readonly Uint8Array[]): tf.Tensor4D {
    const { inputSize } = this.preprocessing;
    const bytes = new Int32Array(pictures.length * inputSize * inputSize * 3);
    pictures.forEach((picture, i) => bytes.set(picture, i * inputSize * inputSize * 3));
    return tf.tidy(() =>
      preprocess(tf.tensor4d(bytes, [pictures.length, inputSize, inputSize, 3], 'int32'), this.preprocessing),
    );
  }
}
