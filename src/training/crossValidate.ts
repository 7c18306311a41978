import { join } from 'node:path';
import { UserError } from '../core/errors';
import type { EpochRecord, Listener } from '../core/listener';
import { checkLabelled, type Dataset, findTestPart, kFold, type Skipped, withSplit } from '../data';
import type { ClassificationSummary, ConfusionMatrix, GroupedAccuracy } from '../metrics';
import { type Prediction, summarizePredictions } from './predictions';
import type { TrainSettings } from './settings/types';
import { type TrainResult, train } from './train';
import { type TrainOptions, trainSettings } from './trainSettings';

/** Options of {@link crossValidate}: those of {@link train}, except `validation`, and the number of folds. */
export interface CrossValidateOptions extends Omit<TrainOptions, 'validation' | 'evaluateTest'> {
  /** The number of folds, at least 2. Default: 5. */
  folds?: number;
  /** Called with the result of each fold, to save its run for example; its networks are freed afterwards. Default: none. */
  onFold?: (result: TrainResult, fold: number) => void | Promise<void>;
}

/** How a model of one fold did on the pictures of that fold. */
export interface FoldResult {
  /** Accuracy on the pictures of the fold, from 0 to 1. */
  accuracy: number;
  /** The same accuracy with its 95% interval, which knows groups. */
  interval: GroupedAccuracy;
  /** The most frequent class of the fold, and the accuracy of always predicting it. */
  baseline: { class: string; accuracy: number };
  /** Mean cross-entropy on the pictures of the fold. */
  loss: number;
  /** One record for each epoch. */
  history: EpochRecord[];
  /** Number of training pictures. */
  train: number;
  /** Number of pictures in the fold. */
  validation: number;
}

/** The result of {@link crossValidate}. */
export interface CrossValidation {
  /** All settings of the trainings. */
  settings: TrainSettings;
  /** The folder of the dataset. */
  folder: string;
  /** The names of the classes. */
  classes: string[];
  /** One for each fold that was trained. */
  folds: FoldResult[];
  /** The out-of-fold predictions: of each picture, by the model that was not trained on it, in the order of the dataset. */
  predictions: Prediction[];
  /** All metrics of these predictions, with intervals that know groups. */
  summary: ClassificationSummary;
  /** How often each class is predicted as each class. */
  confusion: ConfusionMatrix;
  /** The files that could not be used, with reasons. */
  skipped: Skipped[];
  /** Whether the listener stopped the work before the last fold. */
  stopped: boolean;
  /** Wall-clock seconds of all folds together. */
  seconds: number;
}

/**
 * Train a model for each fold of k-fold cross-validation (Stone 1974), and predict every picture with the model that was not
 * trained on it: honest numbers from a small dataset, and predictions of all its pictures, for finding wrong labels for example.
 *
 * Pictures of a group are in one fold. Test pictures, given by the dataset or by the setting `test`, are in no fold and are not
 * evaluated.
 *
 * @param dataset labelled pictures
 * @throws {UserError} when an option is unknown or out of range, or there are more folds than groups of a class
 *
 * @example
 * ```ts
 * import { openDataset, training } from 'tunebook';
 *
 * const { folds, predictions } = await training.crossValidate(await openDataset('photos'), {
 *   folds: 2, epochs: 1, backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random',
 * });
 * [folds.length, predictions.length]; // => [ 2, 24 ]
 * ```
 */
export async function crossValidate(dataset: Dataset, options: CrossValidateOptions = {}): Promise<CrossValidation> {
  const { folds: count = 5, onFold, ...rest } = options;
  if ('validation' in rest) {
    throw new UserError(
      "crossValidate: unknown option 'validation'; each fold is the validation part once: give folds",
    );
  }
  const began = performance.now();
  const { listener, checkpoint, test, seed } = trainSettings(rest);
  checkLabelled(dataset);
  const aside = new Set(findTestPart(dataset, test));
  const pool = dataset.examples.filter((example) => !aside.has(example));
  const splits = kFold({ ...dataset, examples: pool }, { folds: count, seed });
  const folds: FoldResult[] = [];
  const found = new Map<string, Prediction>();
  const skipped = new Map<string, Skipped>();
  let settings: TrainSettings | undefined;
  let stopped = false;
  for (const [i, split] of splits.entries()) {
    stopped = folds.length > 0 && (listener.shouldStop?.() ?? false);
    if (stopped) break;
    listener.onMessage?.(`fold ${i + 1} of ${splits.length}`);
    const result = await train(withSplit({ ...dataset, examples: pool }, split), {
      ...rest,
      ...{ test: 0, evaluateTest: false, listener: forFold(listener, i, splits.length) },
      checkpoint: checkpoint && join(checkpoint, `fold-${i + 1}`),
    });
    settings ??= result.settings;
    try {
      stopped = result.stopped;
      if (stopped) break; // the predictions of a model that is not trained to its end are none of this setting
      for (const prediction of result.predictions) found.set(prediction.file, prediction);
      for (const each of result.skipped) skipped.set(each.file, each);
      const { accuracy, interval, baseline, loss, history, split, predictions } = result;
      const counts = { train: split.train.length, validation: predictions.length };
      folds.push({ accuracy, interval, baseline, loss, history, ...counts });
      await onFold?.(result, i + 1);
    } finally {
      result.dispose();
    }
  }
  if (folds.length === 0) throw new UserError('crossValidate: stopped before the first fold was trained');
  const predictions = pool.flatMap(({ file }) => found.get(file) ?? []);
  return {
    ...{
      settings: { ...settings!, test },
      folder: dataset.folder,
      classes: dataset.classes,
      folds,
      predictions,
      stopped,
    },
    ...summarizePredictions(predictions, dataset.classes),
    skipped: [...skipped.values()],
    seconds: (performance.now() - began) / 1000,
  };
}

/** Progress of a fold with its number, so that a reader sees how far the whole is. */
function forFold(listener: Listener, fold: number, folds: number): Listener {
  return {
    ...listener,
    onProgress: (progress) =>
      listener.onProgress?.({ ...progress, task: `fold ${fold + 1} of ${folds}, ${progress.task}` }),
  };
}
