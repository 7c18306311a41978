import type { GridPicture } from '../../charts';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { decodeAll, type Example, thumbnail } from '../../data';
import { suspectLabels } from '../../metrics/labelErrors';
import type { Explained } from './classifier';
import { gradCam } from './gradCam';
import { occlusionMap } from './occlusion';
import { heatmapOverlay } from './overlay';

/** What the model said of a picture, as `train` returns it. */
export interface PredictedPicture {
  file: string;
  label: number;
  predicted: number;
  /** by class, summing to 1 */
  probabilities: readonly number[];
}

/** The result of `train` has both. */
export interface Predicted {
  classes: readonly string[];
  predictions: readonly PredictedPicture[];
}

export interface GalleryOptions {
  /** at most so many pictures; 14 unless told */
  count?: number;
  /** side of a picture in pixels; 112 unless told */
  size?: number;
}

const share = (p: number) => `${Math.round(100 * p)}%`;

/** The pictures whose true class got the least probability, the worst first: what the loss is made of. */
export async function topLosses(run: Predicted, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('topLosses', run);
  const own = ({ label, probabilities }: PredictedPicture) => probabilities[label]!;
  const worst = [...run.predictions].sort((a, b) => own(a) - own(b));
  return pictures('topLosses', worst, options, (p) => ({
    label: `${run.classes[p.label]} ${share(own(p))}`,
    detail: `loss ${(-Math.log(Math.max(own(p), 1e-12))).toFixed(2)}, said ${run.classes[p.predicted]}`,
  }));
}

/** The pictures that were taken for another class, the surest mistakes first. */
export async function mistakes(run: Predicted, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('mistakes', run);
  return pictures('mistakes', surestMistakes(run), options, (p) => ({
    label: `${run.classes[p.predicted]} ${share(said(p))}`,
    detail: `is ${run.classes[p.label]} ${share(p.probabilities[p.label]!)}`,
  }));
}

/** The pictures whose labels are perhaps wrong, by confident learning (`suspectLabels`), the most suspect first. */
export async function suspectPictures(run: Predicted, options?: GalleryOptions): Promise<GridPicture[]> {
  checkPredictions('suspectPictures', run);
  const issues = suspectLabels(
    run.predictions.map(({ label }) => label),
    run.predictions.map(({ probabilities }) => probabilities),
  );
  return pictures(
    'suspectPictures',
    issues.map((issue) => ({ ...issue, file: run.predictions[issue.index]!.file })),
    options,
    ({ label, suggested, selfConfidence }) => ({
      label: `${run.classes[suggested]}?`,
      detail: `labelled ${run.classes[label]} ${share(selfConfidence)}`,
    }),
  );
}

export interface ExplainOptions extends GalleryOptions {
  /** `grad-cam` unless told; `occlusion` covers a place after the other, 64 forward passes a picture */
  method?: 'grad-cam' | 'occlusion';
}

/** How the methods are called beneath a picture. */
const methods = { 'grad-cam': 'Grad-CAM', occlusion: 'occlusion' };

/**
 * Pictures with what speaks for the class that was predicted laid over them, each after itself without.
 *
 * @param run what `train` returned
 * @param chosen which pictures; the surest mistakes unless told
 * @throws {UserError} if a picture cannot be read, or there is no such method
 */
export async function explainPictures(
  run: Predicted & Explained,
  chosen?: readonly PredictedPicture[],
  { method = 'grad-cam', ...options }: ExplainOptions = {},
): Promise<GridPicture[]> {
  const { count, size } = checked('explainPictures', options);
  if (!Object.hasOwn(methods, method)) {
    const names = Object.keys(methods).map((name) => `'${name}'`);
    throw new UserError(`explainPictures: method must be ${names.join(' or ')}, got '${String(method)}'`);
  }
  checkPredictions('explainPictures', { ...run, predictions: chosen ?? run.predictions });
  const wrong = surestMistakes(run);
  const shown = (chosen ?? (wrong.length > 0 ? wrong : run.predictions)).slice(0, Math.ceil(count / 2));
  const { preprocessing } = run.backbone.entry;
  const examples = shown.map(({ file, label }): Example => ({ file, label }));
  const found: GridPicture[] = [];
  let i = 0;
  for await (const { pixels, reason, example } of decodeAll(examples, preprocessing)) {
    const { label, predicted, probabilities } = shown[i++]!;
    if (!pixels) throw new UserError(`explainPictures: ${example.file} cannot be read: ${reason}`);
    const heat =
      method === 'occlusion'
        ? occlusionMap(run, pixels, { class: predicted })
        : gradCam(run, [pixels], { classes: predicted })[0]!;
    const detail = label === predicted ? 'right' : `is ${run.classes[label]}`;
    found.push(
      {
        url: await thumbnail(example.file, { size }),
        label: `${run.classes[predicted]} ${share(probabilities[predicted]!)}`,
        detail,
      },
      {
        url: await heatmapOverlay(pixels, preprocessing.inputSize, heat, size),
        label: `why ${run.classes[predicted]}`,
        detail: methods[method],
      },
    );
  }
  return found;
}

/** The probability of what was predicted. */
const said = ({ predicted, probabilities }: PredictedPicture) => probabilities[predicted]!;

/** The pictures that were taken for another class, the surest first. */
function surestMistakes({ predictions }: Predicted): PredictedPicture[] {
  return predictions.filter(({ label, predicted }) => label !== predicted).sort((a, b) => said(b) - said(a));
}

/** Labels and predictions of the run's classes, with a probability for each, or a {@link UserError}. */
function checkPredictions(caller: string, { classes, predictions }: Predicted): void {
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

async function pictures<T extends { file: string }>(
  caller: string,
  all: readonly T[],
  options: GalleryOptions | undefined,
  words: (picture: T) => { label: string; detail: string },
): Promise<GridPicture[]> {
  const { count, size } = checked(caller, options);
  return Promise.all(
    all.slice(0, count).map(async (picture) => ({ url: await thumbnail(picture.file, { size }), ...words(picture) })),
  );
}
