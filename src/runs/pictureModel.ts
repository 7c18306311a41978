import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import {
  checkFit,
  type Example,
  type Fit,
  type Reading,
  type ReadingOptions,
  type Skipped,
  withReading,
} from '../data';
import { PictureNetwork } from '../features';
import { decodedBatches } from '../features/decodedBatches';
import { listPictures, type NamedPicture, type PictureInputs } from '../features/pictureInputs';
import { type Backbone, type BackboneSource, imagenetClassName, loadBackbone } from '../models';
import type { tf } from '../tensorflow';
import type { EngineChoice } from '../tensorflow/graph';
import { type ExamplePrediction, predictExamples, toProbabilities } from '../training';

/** The prediction for one picture. */
export interface FilePrediction {
  /** the path as it was given; for a picture in memory its name, or 'picture 3' for the third */
  file: string;
  /** the most likely classes, the most likely first, at most five; probabilities from 0 to 1 */
  classes: { index: number; name: string; probability: number }[];
  /** the probability of every class, in the model's order of classes; they sum to 1 // [classes] */
  probabilities: number[];
}

/** What `predict` returns: a prediction for each picture that could be read. */
export interface Predictions {
  /** in the order of the pictures, without those that were skipped */
  predictions: FilePrediction[];
  /** pictures that could not be read, and why */
  skipped: Skipped[];
}

/** Options of `predict`; `range`, `bands` and `fit` default to what the model was trained with. */
export interface PredictOptions extends ReadingOptions {
  /** how pictures become square. Default: as in training, and `'crop'` for a backbone */
  fit?: Fit;
  /**
   * what computes the network: 'tensorflow', 'onnxruntime' or 'openvino' where `tunebook setup --only onnxruntime,openvino` has installed
   * them, or with 'auto' the fastest of them, measured once for each network, from 192 pictures or 16 calls on. Default: 'tensorflow'
   */
  engine?: EngineChoice;
  /** receives progress in pictures. Default: none */
  listener?: Listener;
}

/**
 * A classifier of pictures: loaded once, used for any number of predictions. `openRun` returns one for a saved run,
 * `runs.openBackbone` one for a backbone with its ImageNet classifier.
 *
 * @example
 * ```ts
 * import { openRun, runs } from 'tunebook';
 * const model: runs.PictureModel = await openRun('runs/first');
 * model.classes; // => [ 'bicycle', 'cat', 'tree' ]
 * model.dispose();
 * ```
 */
export class PictureModel {
  private readonly pass: PictureNetwork;
  private disposed = false;

  constructor(
    /** from pictures to features, or to logits where there is no head */
    readonly network: Pick<Backbone, 'entry' | 'model'>,
    /** from features to logits */
    readonly head: tf.LayersModel | undefined,
    /** class names, in the order of the logits */
    readonly classes: readonly string[],
    /** how samples with other than 8 bits were mapped to 8 bits in training */
    private readonly reading?: Reading,
  ) {
    this.pass = new PictureNetwork({ ...network, head }, 0);
  }

  /**
   * Compute the probability of each class for each picture.
   *
   * @param pictures one or a list of: paths, `file:` URLs, Buffers, Blobs; or a tensor of values from 0 to 255,
   *   [height, width, 3] or [batch, height, width, 3]
   * @param options `range` and `bands` are as for `openDataset`, `fit` as for `train`. Default: as in training
   * @returns the predictions; pictures that cannot be read are listed in `skipped` and are not an error
   * @throws {UserError} if anything else is given as a picture, if the engine is not installed, or after {@link dispose}
   *
   * @example
   * ```ts
   * import { readFile } from 'node:fs/promises';
   * import { openRun } from 'tunebook';
   * const model = await openRun('runs/first');
   * const { predictions } = await model.predict(['photo.jpg', await readFile('photo.jpg')]);
   * predictions.map(({ file }) => file); // => [ 'photo.jpg', 'picture 2' ]
   * model.dispose();
   * ```
   */
  async predict(pictures: PictureInputs, options?: PredictOptions): Promise<Predictions> {
    const { listener, engine, range, bands, fit } = withDefaults<PredictOptions>('predict', options, {
      range: undefined,
      bands: undefined,
      fit: undefined,
      engine: 'tensorflow',
      listener: {},
    });
    if (this.disposed) throw new UserError('predict: the model was disposed; open it again');
    const named = listPictures('predict', pictures);
    this.pass.expect(named.length, engine);
    if (fit !== undefined) checkFit('predict', fit);
    const given = range !== undefined || bands !== undefined || fit !== undefined;
    // options that are not given stay as in training
    const replaced = given && (range !== undefined || !this.reading);
    const found = replaced ? await readingOf(named, { range, bands }) : undefined;
    const reading = given ? { ...this.reading, ...found, ...(bands && { bands }), ...(fit && { fit }) } : this.reading;
    const predictions: FilePrediction[] = [];
    const skipped: Skipped[] = [];
    const decoding = { skipped, reading, task: 'predictions', listener };
    for await (const { files, pixels } of decodedBatches(named, this.network.entry.preprocessing, decoding)) {
      if (this.disposed) throw new UserError('predict: the model was disposed before all pictures were predicted');
      const classes = this.classes.length;
      const probabilities = toProbabilities(this.logits(pixels), files.length, classes);
      files.forEach((file, i) => {
        const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
        predictions.push({ file, classes: this.likeliest(row), probabilities: row });
      });
    }
    return { predictions, skipped };
  }

  /**
   * Compute the probabilities of the pictures of a dataset, read as in training.
   *
   * @param examples labelled pictures; a label is an index into {@link classes}
   * @param engine what computes the network, as for {@link predict}. Default: 'tensorflow'
   * @returns a prediction for each that could be read, with the SHA-256 of its content, in the order of the examples
   */
  async predictExamples(
    examples: readonly Example[],
    listener: Pick<Listener, 'onProgress' | 'shouldStop'> = {},
    engine: EngineChoice = 'tensorflow',
  ): Promise<{ predictions: ExamplePrediction[]; skipped: Skipped[] }> {
    this.pass.expect(examples.length, engine);
    const { network, classes, reading } = this;
    const logits = (pixels: readonly Uint8Array[]) => this.logits(pixels);
    return predictExamples({ resize: network.entry.preprocessing, classes, reading, logits }, examples, listener);
  }

  /**
   * Compute the logits of decoded pictures.
   *
   * @param pixels a list of pictures, each [size, size, 3] bytes at the network's input size
   * @returns the logits, picture after picture // [batch x outputs]
   */
  logits(pixels: readonly Uint8Array[]): Float32Array {
    return this.pass.run(pixels);
  }

  /** Free the memory of the network and the head. The model cannot be used afterwards. */
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

/** How the samples of all pictures are read: derived from those that are files. */
async function readingOf(pictures: readonly NamedPicture[], options: ReadingOptions): Promise<Reading | undefined> {
  const files = pictures.filter(({ onDisk }) => onDisk).map(({ file }): Example => ({ file, label: -1 }));
  const { examples } = await withReading({ folder: '', classes: [], examples: files, skipped: [] }, options);
  return examples[0]?.reading;
}

/**
 * Load a backbone with the ImageNet classifier it was published with, to predict ImageNet's 1,000 classes.
 *
 * @param backbone a name of the registry, such as 'mobilenet-v2', `hf://OWNER/MODEL`, or an architecture with weights of your own
 * @returns the model; call its `dispose` when it is no longer needed
 * @throws {UserError} if the name is unknown, or the weights can neither be found nor downloaded
 *
 * @example
 * ```ts no-run
 * import { runs } from 'tunebook';
 * const model = await runs.openBackbone('efficientnet-lite0');
 * const { predictions } = await model.predict('photo.jpg');
 * console.log(predictions[0]?.classes); // five of ImageNet's classes, the most likely first
 * model.dispose();
 * ```
 */
export async function openBackbone(backbone: BackboneSource): Promise<PictureModel> {
  const loaded = await loadBackbone(backbone, { includeTop: true });
  const classes = loaded.model.outputs[0]!.shape.at(-1)!;
  return new PictureModel(
    loaded,
    undefined,
    Array.from({ length: classes }, (_, i) => imagenetClassName(i)),
  );
}
