import { sha256 } from '../core/files';
import type { EpochRecord, Listener } from '../core/listener';
import { MemoryPeak } from '../core/memoryPeak';
import {
  type AppliedCorrections,
  checkLabelled,
  type Dataset,
  type Skipped,
  type Split,
  splitDataset,
  withFit,
} from '../data';
import { type FrozenCounts, withChannelStatistics } from '../features';
import { type ConfusionMatrix, confusionMatrix, type GroupedAccuracy, groupedAccuracy } from '../metrics';
import { baselineOf } from '../metrics/baseline';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import { availableEngine, availablePrecision } from '../tensorflow/graph';
import { backboneOf } from './backboneOf';
import { chooseBackboneRate, isLeftToPictures } from './backboneRate';
import { checkStateFolder } from './checkpoint';
import { fineTuning } from './fineTuning';
import type { FitResult } from './fitResult';
import type { Interpolation } from './interpolation';
import { logisticHead } from './logistic/logisticHead';
import { type Prediction, toPredictions } from './predictions';
import { describeRecipe, type RecipeLine, recipeLines } from './recipes';
import type { TrainSettings } from './settings/types';
import { evaluateTestPart, type TestResult } from './testPart';
import { type TrainOptions, trainSettings } from './trainSettings';

/** The result of {@link train}: the trained model, its history, and its predictions of the validation pictures. */
export interface TrainResult {
  /** All settings of the training. */
  settings: TrainSettings;
  /** The folder of the dataset; names of pictures are relative to it. */
  folder: string;
  /** The names of the classes. */
  classes: string[];
  /** The backbone, with trained weights where the variant trains it. */
  backbone: Backbone;
  /** The head, [batch, features] to [batch, classes] logits. */
  head: tf.LayersModel;
  /** Backbone and head together, preprocessed pictures to logits. Only where the variant trains the backbone. */
  model?: tf.LayersModel;
  /** One record for each epoch. */
  history: EpochRecord[];
  /** Whether the listener stopped training before its last epoch. */
  stopped: boolean;
  /** Why training ended; of several stages, the last one. */
  ended: FitResult['ended'];
  /** The settings that the recipe chose, with the reasons. Empty if there were none. */
  recipe: RecipeLine[];
  /** What was chosen between the frozen and the fine-tuned weights. Only with the setting `interpolation`. */
  interpolation?: Interpolation;
  /** The validation accuracy of the final model, from 0 to 1. */
  accuracy: number;
  /** The validation loss of the final model. */
  loss: number;
  /** The same accuracy with its 95% confidence interval, which knows groups. */
  interval: GroupedAccuracy;
  /** The most frequent class of the validation pictures, and the accuracy of always predicting it. */
  baseline: { class: string; accuracy: number };
  /** How good the final model is on the test pictures. Only where there are some, unless `evaluateTest` is false. */
  test?: TestResult;
  /** The predictions of the validation pictures. */
  predictions: Prediction[];
  /** How often each class is predicted as each class. */
  confusion: ConfusionMatrix;
  /** The pictures that were used for training and for validation. */
  split: Split;
  /** The files that could not be used, with reasons. */
  skipped: Skipped[];
  /** The file with corrections of the dataset's labels. Default: `corrections.csv` in its folder */
  correctionsFile?: string;
  /** What that file has changed in the dataset. Only where it has. */
  corrections?: AppliedCorrections;
  /** The number of training pictures of each class. */
  trainingCounts: number[];
  /** The validation pictures whose content is also that of a training picture. */
  shared: string[];
  /** The SHA-256 of the file of each validation picture, in the order of the predictions. */
  validationHashes: string[];
  /** The SHA-256 of the file of each training picture. */
  trainingHashes: string[];
  /** A SHA-256 over content and label of all pictures used. */
  dataFingerprint: string;
  /** The last of the frozen layers whose output was computed once per picture. Null if there were none. */
  frozenUpTo: string | null;
  /** How many outputs of frozen layers were computed in this training, how many were found in the cache, and what computed them. */
  features: Omit<FrozenCounts, 'seconds'>;
  /** The largest resident memory of the process during the training, in bytes. */
  peakMemory: number;
  /** Seconds of the whole training, and of its parts. */
  seconds: { total: number; decode: number; features: number; training: number };
  /** Frees the memory of the networks; numbers and predictions remain. */
  dispose(): void;
}

/**
 * Fine-tunes a pre-trained backbone on a dataset: splits the pictures, trains a head and as much of the backbone as the variant says, and
 * evaluates the model on the validation pictures.
 *
 * With `augment`, the first epoch sees the training pictures as they are, and each later epoch another view of them: one of `views` in
 * turn where layers are frozen, else a new one. In variants that train only the head the views are the same for all seeds.
 *
 * @param pictures a dataset with classes, as `openDataset`, `imageFolder` or `imageTable` gives them
 * @throws {UserError} when a setting is unknown or out of range, or the pictures cannot be trained on
 *
 * @example
 * ```ts
 * import { imageFolder, train } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 2 } as const;
 * const run = await train(imageFolder('photos'), options);
 * console.log(run.accuracy, run.history.length); // the validation accuracy, and 2 epochs
 * ```
 */
export async function train(pictures: Dataset, options?: TrainOptions): Promise<TrainResult> {
  const began = performance.now();
  const { fit, validation, test: aside, seed } = trainSettings(options);
  checkLabelled(pictures);
  const dataset = withFit(pictures, fit);
  const split = splitDataset(dataset, { validation, test: aside, seed });
  const all = trainSettings(options, split.train.length);
  all.precision = availablePrecision(all.precision, (text) => all.listener.onMessage?.(text));
  availableEngine(all.engine, all.precision); // before anything is computed
  let recipe = recipeLines(options ?? {}, split.train.length);
  if (recipe.length > 0) all.listener.onMessage?.(describeRecipe(all.recipe, recipe));
  const { cache: _, checkpoint, resume, evaluateTest, measure: _1, validateEvery: _2, listener, ...settings } = all;
  if (checkpoint !== undefined && checkStateFolder(checkpoint) && !resume) {
    listener.onMessage?.(
      `'${checkpoint}' has the state of an earlier training, which is replaced now; use \`resume\` to continue from it`,
    );
  }
  const memory = new MemoryPeak();
  const backbone = await withChannelStatistics(await backboneOf(settings, listener), split.train, listener);
  if (isLeftToPictures(settings)) {
    const line = await chooseBackboneRate(dataset, split.train, backbone, listener);
    all.backboneLearningRate = settings.backboneLearningRate = line.value;
    recipe = [...recipe.filter(({ setting }) => setting !== line.setting), line];
    listener.onMessage?.(`the backbone's learning rate is ${line.value}: ${line.because}`);
  }
  const variation = settings.head === 'logistic' ? logisticHead : fineTuning;
  const { evaluation, content, seconds, skipped, ...result } = await variation(dataset, split, backbone, {
    ...all,
    listener: measuring(memory, listener),
  });
  const { classes } = dataset;
  const predictions = toPredictions(result.split.validation, evaluation.logits, classes.length);
  const baseline = baselineOf(predictions.map(({ label }) => label));
  const test = split.test ?? [];
  const evaluated = evaluateTest && test.length > 0 && (result.ended === 'completed' || result.ended === 'early');
  const tested = evaluated
    ? await evaluateTestPart(
        { backbone, head: result.head, model: result.model, classes, engine: all.engine },
        test,
        new Set(content.map(({ hash }) => hash)),
        listener,
      )
    : undefined;
  return {
    ...result,
    recipe,
    peakMemory: Math.max(memory.bytes, result.peakMemory),
    settings,
    folder: dataset.folder,
    classes,
    backbone,
    stopped: result.ended === 'stopped',
    accuracy: evaluation.accuracy,
    loss: evaluation.loss,
    interval: groupedAccuracy(
      predictions.map(({ label, predicted }) => label === predicted),
      predictions.map(({ group }) => group),
    ),
    baseline: { ...baseline, class: classes[baseline.class]! },
    ...(tested && { test: tested }),
    predictions,
    confusion: confusionMatrix(
      predictions.map(({ label }) => label),
      predictions.map(({ predicted }) => predicted),
      classes,
    ),
    skipped: [...dataset.skipped, ...skipped],
    ...(dataset.correctionsFile !== undefined && { correctionsFile: dataset.correctionsFile }),
    ...(dataset.corrections && { corrections: dataset.corrections }),
    trainingCounts: classes.map((_, c) => result.split.train.filter(({ label }) => label === c).length),
    shared: sharedFiles(result.split, content),
    validationHashes: content.slice(result.split.train.length).map(({ hash }) => hash),
    trainingHashes: content.slice(0, result.split.train.length).map(({ hash }) => hash),
    dataFingerprint: fingerprint(content),
    seconds: { total: (performance.now() - began) / 1000, ...seconds },
    dispose: () => {
      (result.model ?? backbone.model).dispose();
      result.head.dispose();
    },
  };
}

/** @param content of the training pictures, then of the validation pictures */
function sharedFiles({ train, validation }: Split, content: readonly { hash: string }[]): string[] {
  const known = new Set(content.slice(0, train.length).map(({ hash }) => hash));
  return validation.filter((_, i) => known.has(content[train.length + i]!.hash)).map(({ file }) => file);
}

/** A listener that also measures the memory of the process, whenever progress is reported. */
function measuring(memory: MemoryPeak, listener: Listener): Listener {
  return {
    ...listener,
    onProgress: (progress) => {
      memory.measure();
      listener.onProgress?.(progress);
    },
  };
}

function fingerprint(content: readonly { hash: string; label: number }[]): string {
  return sha256(
    content
      .map(({ hash, label }) => `${hash} ${label}`)
      .sort()
      .join('\n'),
  );
}
