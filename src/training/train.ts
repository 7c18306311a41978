import { sha256 } from '../core/files';
import type { EpochRecord, Listener } from '../core/listener';
import { type Dataset, type Skipped, type Split, splitDataset } from '../data';
import { type ConfusionMatrix, confusionMatrix } from '../metrics';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import { availablePrecision } from '../tensorflow/graph';
import { backboneOf } from './backboneOf';
import { checkStateFolder } from './checkpoint';
import { fineTuning } from './fineTuning';
import type { FitResult } from './fit';
import { type Prediction, toPredictions } from './predictions';
import type { TrainSettings } from './settings/types';
import { type TrainOptions, trainSettings } from './trainSettings';

export interface TrainResult {
  settings: TrainSettings;
  /** the dataset's: what the names of the pictures are relative to */
  folder: string;
  classes: string[];
  backbone: Backbone;
  /** [batch, features] to [batch, classes] logits */
  head: tf.LayersModel;
  /** preprocessed pictures to logits: backbone and head, where the backbone was trained, too */
  model?: tf.LayersModel;
  history: EpochRecord[];
  /** training ended before its last epoch, because the listener asked for it */
  stopped: boolean;
  /** why training ended; of several stages, the last */
  ended: FitResult['ended'];
  /** validation accuracy of the final model, a fraction of 1 */
  accuracy: number;
  /** validation loss of the final model */
  loss: number;
  predictions: Prediction[];
  confusion: ConfusionMatrix;
  split: Split;
  skipped: Skipped[];
  /** training pictures of each class */
  trainingCounts: number[];
  /** files of validation pictures whose very content is among the training pictures, too */
  shared: string[];
  /** SHA-256 of each validation picture's file, in the order of the predictions */
  validationHashes: string[];
  /** SHA-256 of each training picture's file */
  trainingHashes: string[];
  /** SHA-256 over the content and label of every picture used */
  dataFingerprint: string;
  /** the last layer of the part that was computed once a picture; null if there was none */
  frozenUpTo: string | null;
  /** outputs of frozen layers, one for each picture, view and stage: computed in this training, or found in the cache */
  features: { computed: number; cached: number };
  /** largest resident memory of the process seen from the first picture on, in bytes */
  peakMemory: number;
  seconds: { total: number; decode: number; features: number; training: number };
  /** Give back the memory of the networks, where many are trained; numbers and predictions stay. */
  dispose(): void;
}

/**
 * Fine-tune a pre-trained backbone on a dataset: split, train a head and as much of the backbone as the variant says, evaluate.
 *
 * @throws {UserError} on an unknown option, backbone or variant, and on data that cannot be trained on
 */
export async function train(dataset: Dataset, options?: TrainOptions): Promise<TrainResult> {
  const began = performance.now();
  const all = trainSettings(options);
  all.precision = availablePrecision(all.precision, (text) => all.listener.onMessage?.(text));
  const { cache: _, checkpoint, resume, listener, ...settings } = all;
  if (checkpoint !== undefined && checkStateFolder(checkpoint) && !resume) {
    listener.onMessage?.(
      `'${checkpoint}' holds the state of an earlier training, which this one replaces; \`resume\` would go on from it`,
    );
  }
  const memory = new MemoryPeak();
  const split = splitDataset(dataset, { validation: settings.validation, seed: settings.seed });
  const backbone = await backboneOf(settings, listener);
  const { evaluation, content, seconds, skipped, ...result } = await fineTuning(dataset, split, backbone, {
    ...all,
    listener: memory.watching(listener),
  });
  const { classes } = dataset;
  const predictions = toPredictions(result.split.validation, evaluation.logits, classes.length);
  return {
    ...result,
    peakMemory: Math.max(memory.bytes, result.peakMemory),
    settings,
    folder: dataset.folder,
    classes,
    backbone,
    stopped: result.ended === 'stopped',
    accuracy: evaluation.accuracy,
    loss: evaluation.loss,
    predictions,
    confusion: confusionMatrix(
      predictions.map(({ label }) => label),
      predictions.map(({ predicted }) => predicted),
      classes,
    ),
    skipped: [...dataset.skipped, ...skipped],
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

/** The largest resident memory of the process at any time progress is reported. */
class MemoryPeak {
  bytes = 0;

  watching(listener: Listener): Listener {
    return {
      ...listener,
      onProgress: (progress) => {
        this.bytes = Math.max(this.bytes, process.memoryUsage.rss());
        listener.onProgress?.(progress);
      },
    };
  }
}

function fingerprint(content: readonly { hash: string; label: number }[]): string {
  return sha256(
    content
      .map(({ hash, label }) => `${hash} ${label}`)
      .sort()
      .join('\n'),
  );
}
