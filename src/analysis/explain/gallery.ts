import type { GridPicture } from '../../charts';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { decodeAll, type Example, type Reading, thumbnail } from '../../data';
import { suspectLabels } from '../../metrics/labelErrors';
import type { ExplainableModel } from './classifier';
import { gradCam } from './gradCam';
import { occlusionMap } from './occlusion';
import { heatmapOverlay } from './overlay';

/** A picture with its label and prediction, as `train` returns it. */
export interface PredictedPicture {
  /** path of the picture */
  file: string;
  /** index of its class */
  label: number;
  /** index of the predicted class */
  predicted: number;
  /** of every class; they sum to 1 // [classes] */
  probabilities: readonly number[];
}

/** Predictions with the names of their classes. The result of `train` has both. */
export interface PredictionSet {
  /** class names, in the order of the probabilities */
  classes: readonly string[];
  /** one for each picture */
  predictions: readonly PredictedPicture[];
  /** how pictures that do not have 8 bits are read. Default: as the training pictures of `split` */
  reading?: Reading;
  /** the parts of the dataset. Default: none */
  split?: { train: readonly Example[] };
}

const readingOf = ({ reading, split }: PredictionSet) => reading ?? split?.train[0]?.reading;

/** A predicted picture as an example, read as in training. */
const asExample = ({ file, label }: { file: string; label: number }, reading: Reading | undefined): Example => ({
  file,
  label,
  ...(reading && { reading }),
});

/** Options of the galleries: `topLosses`, `mistakes`, `suspectPictures` and `explainPictures`. */
export interface GalleryOptions {
  /** the most pictures to return, 1 to 500. Default: 14 */
  count?: number;
  /** side of a picture in pixels. Default: 112 */
  size?: number;
}

const share = (p: number) => `${Math.round(100 * p)}%`;

/**
 * The pictures with the highest loss, the highest first: those whose true class got the lowest probability.
 *
 * @param run what `train` returned
 * @returns thumbnails with labels, for `charts.pictureGrid`
 * @throws {UserError} if predictions and classes do not fit each other, or an option is out of range
 *
 * @example
 * ```ts
 * import { charts, explain, imageFolder, train } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const run = await train(imageFolder('photos'), options);
 * charts.pictureGrid(await explain.topLosses(run, { count: 4 })); // a notebook draws the last value of a cell
 * ```
 */
export async function topLosses(run: PredictionSet, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('topLosses', run);
  const own = ({ label, probabilities }: PredictedPicture) => probabilities[label]!;
  const worst = [...run.predictions].sort((a, b) => own(a) - own(b));
  return pictures('topLosses', run, worst, options, (p) => ({
    label: `${run.classes[p.label]} ${share(own(p))}`,
    detail: `loss ${(-Math.log(Math.max(own(p), 1e-12))).toFixed(2)}, predicted ${run.classes[p.predicted]}`,
  }));
}

/**
 * The misclassified pictures, the most confident mistakes first.
 *
 * @param run what `train` returned
 * @returns thumbnails with labels, for `charts.pictureGrid`
 * @throws {UserError} if predictions and classes do not fit each other, or an option is out of range
 *
 * @example
 * ```ts
 * import { charts, explain, imageFolder, train } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const run = await train(imageFolder('photos'), options);
 * charts.pictureGrid(await explain.mistakes(run, { count: 4 })); // a notebook draws the last value of a cell
 * ```
 */
export async function mistakes(run: PredictionSet, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('mistakes', run);
  return pictures('mistakes', run, byConfidence(run), options, (p) => ({
    label: `${run.classes[p.predicted]} ${share(confidence(p))}`,
    detail: `is ${run.classes[p.label]} ${share(p.probabilities[p.label]!)}`,
  }));
}

/**
 * The pictures whose labels may be wrong, the most suspect first, by confident learning (Northcutt, Jiang and Chuang 2021; see
 * `metrics.suspectLabels`).
 *
 * @param run what `train` returned
 * @returns thumbnails with labels, for `charts.pictureGrid`
 * @throws {UserError} if predictions and classes do not fit each other, or an option is out of range
 *
 * @example
 * ```ts
 * import { charts, explain, imageFolder, train } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const run = await train(imageFolder('photos'), options);
 * charts.pictureGrid(await explain.suspectPictures(run, { count: 4 })); // a notebook draws the last value of a cell
 * ```
 */
export async function suspectPictures(run: PredictionSet, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('suspectPictures', run);
  const issues = suspectLabels(
    run.predictions.map(({ label }) => label),
    run.predictions.map(({ probabilities }) => probabilities),
  );
  return pictures(
    'suspectPictures',
    run,
    issues.map((issue) => ({ ...issue, file: run.predictions[issue.index]!.file })),
    options,
    ({ label, suggested, selfConfidence }) => ({
      label: `${run.classes[suggested]}?`,
      detail: `labelled ${run.classes[label]} ${share(selfConfidence)}`,
    }),
  );
}

/** Options of `explainPictures`. */
export interface ExplainOptions extends GalleryOptions {
  /** `grad-cam`, or `occlusion`, which needs 65 forward passes a picture. Default: `grad-cam` */
  method?: 'grad-cam' | 'occlusion';
}

/** Names of the methods, as they are shown below a picture. */
const methods = { 'grad-cam': 'Grad-CAM', occlusion: 'occlusion' };

/**
 * Show which regions of pictures raise the score of the predicted class: each picture, and after it the same with a heat map (Grad-CAM,
 * Selvaraju et al. 2017, or occlusion, Zeiler and Fergus 2014).
 *
 * @param run what `train` returned
 * @param chosen which pictures. Default: the most confident mistakes, or the first pictures if there is none
 * @param options `count` includes the heat maps: 14 are seven pictures
 * @returns thumbnails with labels, for `charts.pictureGrid`
 * @throws {UserError} if a picture cannot be read, or the method is unknown
 *
 * @example
 * ```ts
 * import { charts, explainPictures, imageFolder, train } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const run = await train(imageFolder('photos'), options);
 * const pictures = await explainPictures(run, run.predictions.slice(0, 2));
 * charts.pictureGrid(pictures, { columns: 2 }); // a notebook draws the last value of a cell
 * pictures.length; // => 4
 * ```
 */
export async function explainPictures(
  run: PredictionSet & ExplainableModel,
  chosen?: readonly PredictedPicture[],
  { method = 'grad-cam', ...options }: ExplainOptions = {},
): Promise<GridPicture[]> {
  const { count, size } = checked('explainPictures', options);
  if (!Object.hasOwn(methods, method)) {
    const names = Object.keys(methods).map((name) => `'${name}'`);
    throw new UserError(`explainPictures: method must be ${names.join(' or ')}, got '${String(method)}'`);
  }
  checkPredictions('explainPictures', { ...run, predictions: chosen ?? run.predictions });
  const wrong = byConfidence(run);
  const shown = (chosen ?? (wrong.length > 0 ? wrong : run.predictions)).slice(0, Math.ceil(count / 2));
  const { preprocessing } = run.backbone.entry;
  const examples = shown.map((picture) => asExample(picture, readingOf(run)));
  const found: GridPicture[] = [];
  let i = 0;
  for await (const { pixels, reason, example } of decodeAll(examples, preprocessing)) {
    const { label, predicted, probabilities } = shown[i++]!;
    if (!pixels) throw new UserError(`explainPictures: ${example.file} cannot be read: ${reason}`);
    const heat =
      method === 'occlusion'
        ? occlusionMap(run, pixels, { class: predicted })
        : gradCam(run, [pixels], { classes: predicted })[0]!;
    const detail = label === predicted ? 'correct' : `is ${run.classes[label]}`;
    found.push(
      {
        url: await thumbnail(example, { size }),
        label: `${run.classes[predicted]} ${share(probabilities[predicted]!)}`,
        detail,
      },
      {
        url: await heatmapOverlay(pixels, preprocessing.inputSize, heat, size, preprocessing.channels),
        label: `why ${run.classes[predicted]}`,
        detail: methods[method],
      },
    );
  }
  return found;
}

/** The probability of what was predicted. */
const confidence = ({ predicted, probabilities }: PredictedPicture) => probabilities[predicted]!;

/** The misclassified pictures, the most confident first. */
function byConfidence({ predictions }: PredictionSet): PredictedPicture[] {
  return predictions
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => confidence(b) - confidence(a));
}

/** Check that labels, predictions and probabilities fit the classes. @throws {UserError} if not */
function checkPredictions(caller: string, { classes, predictions }: PredictionSet): void {
  for (const { file, label, predicted, probabilities } of predictions) {
    if (![label, predicted].every((c) => c in classes) || probabilities.length !== classes.length) {
      throw new UserError(
        `${caller}: ${file} has the label ${label}, the prediction ${predicted} and ${probabilities.length} probabilities, which do not fit the ${classes.length} classes ${classes.slice(0, 6).join(', ')}; give classes and predictions of one run`,
      );
    }
  }
}

function checked(caller: string, options: GalleryOptions | undefined): Required<GalleryOptions> {
  const given = withDefaults<Required<GalleryOptions>>(caller, options, { count: 14, size: 112 });
  checkNumber(`${caller}: count`, given.count, { min: 1, max: 500, integer: true });
  return given;
}

async function pictures<T extends { file: string; label: number }>(
  caller: string,
  run: PredictionSet,
  all: readonly T[],
  options: GalleryOptions | undefined,
  words: (picture: T) => { label: string; detail: string },
): Promise<GridPicture[]> {
  const { count, size } = checked(caller, options);
  return Promise.all(
    all.slice(0, count).map(async (picture) => {
      const url = await thumbnail(asExample(picture, readingOf(run)), { size });
      return { url, ...words(picture) };
    }),
  );
}
