import { presetAugmentation } from '../augment';
import { UserError } from '../errors';
import { type ConfusionMatrix, confusionMatrix } from '../evaluation';
import { sha256 } from '../files';
import { type Dataset, type Example, type Skipped, type Split, splitDataset } from '../images';
import { type Backbone, loadBackbone } from '../models';
import { checkNumber, withDefaults } from '../options';
import { tf } from '../tensorflow';
import {
  buildHead,
  extractFeatures,
  extractViews,
  type Features,
  selectRows,
  sumSeconds,
  withViews,
} from '../transfer';
import { evaluate } from './evaluate';
import { fit } from './fit';
import type { EpochRecord, Listener } from './listener';

/** How much of the backbone is trained. Feature extraction: none of it, only the head. */
export const variants = ['feature-extraction'] as const;
export type Variant = (typeof variants)[number];

/** What a training run is made of; with the data, all that is needed to repeat it. */
export interface TrainSettings {
  /** a name of the registry */
  backbone: string;
  variant: Variant;
  epochs: number;
  batchSize: number;
  /** of the head */
  learningRate: number;
  dropout: number;
  /** a preset of {@link augmentationPresets}, or 'none'; of training pictures only */
  augment: string;
  /** augmented looks at each training picture, beside the picture itself: an epoch goes through all of them */
  views: number;
  /** part of each class that goes to validation, where the folder does not say */
  validation: number;
  /** decides the split, the first weights of the head, the order of examples and the dropout masks */
  seed: number;
}

export interface TrainOptions extends Partial<TrainSettings> {
  /** take features from the cache and keep them there; default true */
  cache?: boolean;
  listener?: Listener;
}

/** What the model said of one validation picture. */
export interface Prediction {
  file: string;
  label: number;
  predicted: number;
  /** by class, summing to 1 */
  probabilities: number[];
}

export interface TrainResult {
  settings: TrainSettings;
  classes: string[];
  backbone: Backbone;
  /** [batch, features] to [batch, classes] logits */
  head: tf.LayersModel;
  history: EpochRecord[];
  /** training ended before its last epoch, because the listener asked for it */
  stopped: boolean;
  /** validation accuracy of the final model, a fraction of 1 */
  accuracy: number;
  /** validation loss of the final model */
  loss: number;
  predictions: Prediction[];
  confusion: ConfusionMatrix;
  split: Split;
  skipped: Skipped[];
  /** SHA-256 over the content and label of every picture used */
  dataFingerprint: string;
  seconds: { total: number; decode: number; features: number; training: number };
}

export const defaultSettings: TrainSettings = {
  backbone: 'efficientnet-lite0',
  variant: 'feature-extraction',
  epochs: 20,
  batchSize: 32,
  learningRate: 3e-3,
  dropout: 0.2,
  augment: 'none',
  views: 4,
  validation: 0.25,
  seed: 0,
};

/**
 * Fine-tune a pre-trained backbone on a dataset: split, extract features, train a head, evaluate.
 *
 * @throws {UserError} on an unknown option, backbone or variant, and on data that cannot be trained on
 */
export async function train(dataset: Dataset, options?: TrainOptions): Promise<TrainResult> {
  const began = performance.now();
  const { cache, listener, ...settings } = withDefaults('train', options, {
    ...defaultSettings,
    cache: true,
    listener: {} as Listener,
  });
  if (!variants.includes(settings.variant)) {
    throw new UserError(`unknown variant '${settings.variant}'; the variants are ${variants.join(', ')}`);
  }
  const augmentation = presetAugmentation(settings.augment);
  checkNumber('train: views', settings.views, { min: 1, max: 1000, integer: true });
  const split = splitDataset(dataset, pick(settings, ['validation', 'seed']));
  const backbone = await loadBackbone(settings.backbone);
  const features = await extractFeatures(backbone, [...split.train, ...split.validation], { cache, listener });
  const trainData = selectRows(features, split.train);
  const validationData = selectRows(features, split.validation);
  checkReadable(dataset, trainData.examples, validationData.examples);
  const views = augmentation
    ? await extractViews(backbone, trainData.examples, { augmentation, views: settings.views, cache, listener })
    : [];

  const head = buildHead(features.length, dataset.classes.length, pick(settings, ['dropout', 'seed']));
  const trainingBegan = performance.now();
  const { history, stopped } = await fit(
    head,
    { train: withViews(trainData, views), validation: validationData },
    { ...pick(settings, ['epochs', 'batchSize', 'learningRate', 'seed']), listener },
  );
  const { loss, accuracy, logits } = evaluate(head, validationData);
  const training = (performance.now() - trainingBegan) / 1000;
  const predictions = toPredictions(validationData.examples, logits, dataset.classes.length);
  return {
    settings,
    classes: dataset.classes,
    backbone,
    head,
    history,
    stopped,
    accuracy,
    loss,
    predictions,
    confusion: confusionMatrix(
      predictions.map(({ label }) => label),
      predictions.map(({ predicted }) => predicted),
      dataset.classes,
    ),
    split: { train: trainData.examples, validation: validationData.examples },
    skipped: [...dataset.skipped, ...features.skipped],
    dataFingerprint: fingerprint(features),
    seconds: { total: (performance.now() - began) / 1000, ...sumSeconds([features, ...views]), training },
  };
}

function pick<T, K extends keyof T>(source: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, source[key]])) as Pick<T, K>;
}

/** After unreadable pictures fell out: is there still something of every class to learn, and something to check on? */
function checkReadable({ classes }: Dataset, train: readonly Example[], validation: readonly Example[]): void {
  const missing = classes.find((_, label) => !train.some((example) => example.label === label));
  if (missing !== undefined) {
    throw new UserError(`no picture of class '${missing}' could be read for training: see the list of skipped files`);
  }
  if (validation.length === 0) {
    throw new UserError('no picture could be read for validation: see the list of skipped files');
  }
}

function fingerprint({ hashes, labels }: Features): string {
  return sha256(
    hashes
      .map((hash, row) => `${hash} ${labels[row]}`)
      .sort()
      .join('\n'),
  );
}

function toPredictions(examples: readonly Example[], logits: Float32Array, classes: number): Prediction[] {
  const probabilities = softmax(logits, classes);
  return examples.map(({ file, label }, i) => {
    const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
    return { file, label, predicted: row.indexOf(Math.max(...row)), probabilities: row };
  });
}

/** Logits to probabilities, row by row; [rows x classes]. */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  return tf.tidy(() => tf.softmax(tf.tensor2d(logits, [logits.length / classes, classes])).dataSync() as Float32Array);
}
