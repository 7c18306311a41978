import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gradCam, heatmapOverlay } from '../analysis/explain';
import { messageOf, UserError } from '../core/errors';
import { escapeHtml } from '../core/escape/html';
import { printable, printableLine } from '../core/escape/printable';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { sharp } from '../core/sharp';
import { correctionName, decodePicture, type Example, thumbnail } from '../data';
import { extractFeatures, type Features } from '../features';
import { frontPart, frontStyles } from '../front/frontPart';
import { fitTemperature, logProbabilities, softmaxAt } from '../metrics';
import { displaySymbol, type MimeBundle } from '../notebook/mime';
import { widget } from '../notebook/widget';
import { PictureModel } from '../runs/pictureModel';
import { type TrainResult, toProbabilities } from '../training';
import { bytesOf, jpegUri } from './bytes';

/** Options of {@link tryModel}. */
export interface TryModelOptions {
  /** How many of the nearest training pictures are shown, from 0 to 20. Default: 5 */
  neighbors?: number;
  /** Receives progress while the features of the training pictures are computed. Default: none */
  listener?: Listener;
}

/** What a model says about one picture. */
export interface TriedPicture {
  /** Name of the picture. */
  name: string;
  /** All classes, the most probable first, with calibrated probabilities from 0 to 1. */
  classes: { name: string; probability: number }[];
  /** The training pictures with the most similar features, the nearest first; distances are cosine distances, from 0 to 2. */
  neighbors: { file: string; class: string; distance: number }[];
}

/** A model to try pictures on. As the last value of a cell it is a widget. */
export interface ModelTrial {
  /** The temperature that divides the logits, fitted on the validation pictures; above 1 the model was overconfident. */
  readonly temperature: number;
  /** What the model says about the last picture. */
  readonly last: TriedPicture | undefined;
  /**
   * Predict a picture, as dropping it does.
   *
   * @param content the bytes of a picture file
   * @param name shown beside it. Default: 'picture'
   * @throws {UserError} if it is not a picture that can be read, or is too large
   */
  try(content: Uint8Array, name?: string): Promise<TriedPicture>;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/** The most bytes of a picture. */
const largest = 64 * 2 ** 20;
/** Side in pixels at which pictures are shown. */
const side = 200;
/** With fewer validation pictures a temperature says nothing. */
const fewest = 10;

/**
 * Try a model on pictures of your own: drop, paste or choose a photo, or take one with the camera. The probabilities of all classes are
 * calibrated by temperature scaling (Guo et al. 2017) on the validation pictures; beside them are the Grad-CAM heat map (Selvaraju et
 * al. 2017) of the predicted class, and the training pictures with the most similar features.
 *
 * @param run what `train` returned, before `dispose`
 * @throws {UserError} when an option is unknown or out of range
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { openDataset, train } from 'tunebook';
 * import { tryModel } from 'tunebook/widgets';
 *
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const trial = await tryModel(await train(await openDataset('photos'), options));
 * const { classes, neighbors } = await trial.try(await readFile('photo.jpg'), 'photo.jpg');
 * [classes.length, neighbors.length]; // => [ 3, 5 ]
 * ```
 */
export async function tryModel(run: TrainResult, options?: TryModelOptions): Promise<ModelTrial> {
  const { neighbors, listener } = withDefaults('tryModel', options, { neighbors: 5, listener: {} as Listener });
  checkNumber('tryModel: neighbors', neighbors, { min: 0, max: 20, integer: true });
  const temperature = temperatureOf(run);
  const training = neighbors > 0 ? await extractFeatures(run, run.split.train, { listener }) : undefined;
  const shown = widget({
    esm: frontPart('tryModel'),
    css: frontStyles(),
    state: {
      name: '',
      classes: [] as { name: string; probability: number }[],
      neighbors: [] as { name: string; class: string; distance: number }[],
      /** the picture, its heat map, then the neighbours, as JPEGs */
      pictures: [] as Uint8Array[],
      temperature,
      message: '',
      busy: false,
    },
    still: ({ name, classes, pictures }) => stillOf(name, classes, pictures),
    text: ({ name, classes }) => (name === '' ? 'Try the model: no picture yet' : printable(textOf(name, classes))),
  });
  let last: TriedPicture | undefined;
  const tryPicture = async (content: Uint8Array, name = 'picture'): Promise<TriedPicture> => {
    const found = await judge(run, { content, temperature, neighbors, training });
    last = { name, classes: found.classes, neighbors: found.neighbors };
    const near = found.neighbors.map(({ file, ...rest }) => ({ name: correctionName(run.folder, file), ...rest }));
    shown.set({ name, classes: found.classes, neighbors: near, pictures: found.pictures, message: '' });
    return last;
  };
  let work = Promise.resolve();
  shown.onMessage((content, [bytes]) => {
    const { do: what, name } = (content ?? {}) as { do?: unknown; name?: unknown };
    if (what !== 'picture' || bytes === undefined) return;
    const label = printableLine(typeof name === 'string' ? name.slice(0, 200) : 'picture');
    // one after the other: two models at once would only be slower
    work = work.then(async () => {
      shown.set({ busy: true });
      try {
        await tryPicture(bytes, label);
      } catch (error) {
        shown.set({ message: printable(`${label}: ${messageOf(error)}`) });
      } finally {
        shown.set({ busy: false });
      }
    });
  });
  return {
    temperature,
    get last() {
      return last;
    },
    try: tryPicture,
    [displaySymbol]: () => shown[displaySymbol](),
  };
}

function temperatureOf({ predictions }: TrainResult): number {
  if (predictions.length < fewest) return 1;
  const logits = logProbabilities(predictions.map(({ probabilities }) => probabilities));
  return fitTemperature(
    predictions.map(({ label }) => label),
    logits,
  );
}

interface Trial {
  content: Uint8Array;
  temperature: number;
  neighbors: number;
  training: Features | undefined;
}

/** What the model says about a picture, with the pictures that show it. */
async function judge(run: TrainResult, { content, temperature, neighbors, training }: Trial) {
  if (content.byteLength > largest) {
    const [has, most] = [content.byteLength, largest].map((bytes) => Math.ceil(bytes / 2 ** 20));
    throw new UserError(`the picture has ${has} MiB, expected at most ${most}`);
  }
  const { backbone, model, head, classes } = run;
  const { preprocessing } = backbone.entry;
  const pixels = await decodePicture(Buffer.from(content), preprocessing, run.split.train[0]?.reading);
  const network = { entry: backbone.entry, model: model ?? backbone.model };
  const logits = new PictureModel(network, model ? undefined : head, classes).logits([pixels]);
  const probabilities = Array.from(toProbabilities(logits, 1, classes.length));
  const [calibrated] = softmaxAt(logProbabilities([probabilities]), temperature);
  const order = [...classes.keys()].sort((a, b) => calibrated![b]! - calibrated![a]!);
  const [heatmap] = gradCam(run, [pixels], { classes: order[0]! });
  const near = training ? await nearest(run, training, content, neighbors) : [];
  const { inputSize } = preprocessing;
  const plain = await sharp(pixels, { raw: { width: inputSize, height: inputSize, channels: 3 } })
    .resize(side, side)
    .jpeg({ quality: 85 })
    .toBuffer();
  const overlay = await heatmapOverlay(pixels, inputSize, heatmap!, side);
  const thumbnails = await Promise.all(near.map(({ example }) => thumbnail(example, { size: side / 2 })));
  return {
    classes: order.map((c) => ({ name: classes[c]!, probability: calibrated![c]! })),
    neighbors: near.map(({ example, distance }) => ({ file: example.file, class: classes[example.label]!, distance })),
    pictures: [plain, ...[overlay, ...thumbnails].map(bytesOf)],
  };
}

/** The training pictures with the most similar features. */
async function nearest(
  run: TrainResult,
  { values, length, examples }: Features,
  content: Uint8Array,
  count: number,
): Promise<{ example: Example; distance: number }[]> {
  const own = await featuresOf(run, content);
  const similarity = examples.map((_, row) => cosine(own, values.subarray(row * length, (row + 1) * length)));
  const rows = [...examples.keys()].sort((a, b) => similarity[b]! - similarity[a]!).slice(0, count);
  return rows.map((row) => ({ example: examples[row]!, distance: Math.max(0, 1 - similarity[row]!) }));
}

/** The features of a picture, computed as those of the training pictures: from a file, which is deleted again. */
async function featuresOf(run: TrainResult, content: Uint8Array): Promise<Float32Array> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-try-'));
  try {
    const file = join(folder, 'picture');
    writeFileSync(file, content);
    const reading = run.split.train[0]?.reading;
    const { values } = await extractFeatures(run, [{ file, label: 0, ...(reading && { reading }) }], { cache: false });
    return values;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squaredA, squaredB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaredA += a[i]! ** 2;
    squaredB += b[i]! ** 2;
  }
  return dot / Math.max(1e-12, Math.sqrt(squaredA * squaredB));
}

const percent = (probability: number) => `${(100 * probability).toFixed(1)}%`;

function textOf(name: string, classes: readonly { name: string; probability: number }[]): string {
  return [`${name}:`, ...classes.slice(0, 5).map((one) => `  ${one.name} ${percent(one.probability)}`)].join('\n');
}

function stillOf(
  name: string,
  classes: readonly { name: string; probability: number }[],
  [picture, overlay]: readonly Uint8Array[],
): string {
  if (picture === undefined || overlay === undefined) return '<p>Run the cell to try the model on a picture.</p>';
  const images = [picture, overlay].map((one) => `<img src="${jpegUri(one)}" alt="${escapeHtml(name)}">`).join(' ');
  const rows = classes
    .slice(0, 5)
    .map((one) => `<tr><td>${escapeHtml(one.name)}</td><td>${percent(one.probability)}</td></tr>`);
  return `<p>${escapeHtml(name)}</p><div>${images}</div><table>${rows.join('')}</table>`;
}
