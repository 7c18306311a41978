import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import { type Example, type Reading, type ReadingOptions, type Skipped, withReading } from '../data';
import { PictureNetwork } from '../features';
import { decodedBatches } from '../features/decodedBatches';
import { listPictures, type NamedPicture, type PictureInputs } from '../features/pictureInputs';
import { type Backbone, imagenetClassName, loadBackbone } from '../models';
import { tf } from '../tensorflow';
import { toProbabilities } from '../training';

/** What a model says of one picture. */
export interface FilePrediction {
  /** as it was given; of a picture in memory its name, or 'picture 3' for the third */
  file: string;
  /** the most likely classes, best first, at most five */
  classes: { index: number; name: string; probability: number }[];
  /** of every class, in the model's order; they sum to 1 */
  probabilities: number[];
}

export interface Predictions {
  /** in the order of the pictures, without those that were skipped */
  predictions: FilePrediction[];
  /** pictures that could not be read, and why */
  skipped: Skipped[];
}

export interface PredictOptions extends ReadingOptions {
  listener?: Listener;
}

/** A model that names what is in pictures: loaded once, asked as often as you like. */
export class PictureModel {
  private readonly pass: PictureNetwork;
  private disposed = false;

  /**
   * @param network pictures to features, or to logits where there is no head
   * @param head features to logits
   * @param classes their names, in the order of the logits
   * @param reading how samples of other than 8 bits were read in training
   */
  constructor(
    readonly network: Pick<Backbone, 'entry' | 'model'>,
    readonly head: tf.LayersModel | undefined,
    readonly classes: readonly string[],
    private readonly reading?: Reading,
  ) {
    this.pass = new PictureNetwork(network, 0);
  }

  /**
   * The probability of each class for each picture.
   *
   * @param pictures paths, `file:` URLs, Buffers, Blobs, or a tensor of 0 to 255; one or a list of them
   * @param options `range`, `bands` and `fit` as for `openDataset`, found from those that are files; default: as in training
   * @returns pictures that cannot be read are listed, not fatal
   * @throws {UserError} if something else is given as a picture, or after {@link dispose}
   *
   * @example
   * ```ts
   * const model = await openRun('runs/first');
   * const { predictions } = await model.predict(['rose.jpg', await readFile('tulip.jpg')]);
   * console.log(predictions[0].classes[0]); // { index: 2, name: 'roses', probability: 0.97 }
   * model.dispose();
   * ```
   */
  async predict(pictures: PictureInputs, options?: PredictOptions): Promise<Predictions> {
    const { listener, range, bands, fit } = withDefaults<PredictOptions>('predict', options, {
      range: undefined,
      bands: undefined,
      fit: undefined,
      listener: {},
    });
    if (this.disposed) throw new UserError('predict: the model was disposed of; open it again');
    const named = listPictures('predict', pictures);
    this.pass.expect(named.length);
    const told = range !== undefined || bands !== undefined || fit !== undefined;
    // what is not told stays as in training
    const anew = told && (range !== undefined || !this.reading);
    const found = anew ? await readingOf(named, { range, bands, fit }) : undefined;
    const reading = told ? { ...this.reading, ...found, ...(bands && { bands }), ...(fit && { fit }) } : this.reading;
    const predictions: FilePrediction[] = [];
    const skipped: Skipped[] = [];
    const decoding = { skipped, reading, task: 'predictions', listener };
    for await (const { files, pixels } of decodedBatches(named, this.network.entry.preprocessing, decoding)) {
      if (this.disposed) throw new UserError('predict: the model was disposed of before all pictures were seen');
      const classes = this.classes.length;
      const probabilities = toProbabilities(this.logits(pixels), files.length, classes);
      files.forEach((file, i) => {
        const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
        predictions.push({ file, classes: this.likeliest(row), probabilities: row });
      });
    }
    return { predictions, skipped };
  }

  /** Decoded pictures, each [size, size, 3] as bytes, to logits // [batch x outputs] */
  logits(pixels: readonly Uint8Array[]): Float32Array {
    const outputs = this.pass.run(pixels);
    const { head } = this;
    if (!head) return outputs;
    return tf.tidy(() => {
      const features = tf.tensor2d(outputs, [pixels.length, outputs.length / pixels.length]);
      return (head.predict(features) as tf.Tensor).dataSync() as Float32Array;
    });
  }

  /** Give back the networks' memory. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.pass.dispose();
    this.network.model.dispose();
    this.head?.dispose();
  }

  private likeliest(row: readonly number[]): FilePrediction['classes'] {
    const best = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 5);
    return best.map((index) => ({ index, name: this.classes[index]!, probability: row[index]! }));
  }
}

/** One reading for all pictures, from a look at those that are files. */
async function readingOf(pictures: readonly NamedPicture[], options: ReadingOptions): Promise<Reading | undefined> {
  const files = pictures.filter(({ onDisk }) => onDisk).map(({ file }): Example => ({ file, label: -1 }));
  const { examples } = await withReading({ folder: '', classes: [], examples: files, skipped: [] }, options);
  return examples[0]?.reading;
}

/** A backbone with its own classifier of ImageNet's 1,000 classes. @throws {UserError} on an unknown name */
export async function openBackbone(name: string): Promise<PictureModel> {
  const backbone = await loadBackbone(name, { includeTop: true });
  const classes = backbone.model.outputs[0]!.shape.at(-1)!;
  return new PictureModel(
    backbone,
    undefined,
    Array.from({ length: classes }, (_, i) => imagenetClassName(i)),
  );
}
