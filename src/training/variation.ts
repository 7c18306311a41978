import { relative } from 'node:path';
import { UserError } from '../core/errors';
import type { EpochRecord, Listener } from '../core/listener';
import type { Dataset, Example, Skipped, Split } from '../data';
import { buildDenseHead, buildHead } from '../layers';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import type { Evaluation } from './evaluate';
import type { FitResult } from './fit';
import type { TrainSettings } from './settings/types';
import type { TrainSurroundings } from './trainSettings';

/** What a variant of training comes to. */
export interface VariationResult {
  /** features to logits */
  head: tf.LayersModel;
  /** pictures to logits, where the backbone was trained, too */
  model?: tf.LayersModel;
  history: EpochRecord[];
  ended: FitResult['ended'];
  /** of the final model on the validation pictures */
  evaluation: Evaluation;
  /** the pictures that could be read */
  split: Split;
  skipped: Skipped[];
  /** SHA-256 and label of each picture used */
  content: { hash: string; label: number }[];
  seconds: { decode: number; features: number; training: number };
  /** rows of frozen parts that were computed, and that were found in the cache */
  features: { computed: number; cached: number };
  /** the last layer of what was computed once a picture; null if there was none */
  frozenUpTo: string | null;
  peakMemory: number;
}

/** A way of training, from the split to the evaluated model. */
export type Variation = (
  dataset: Dataset,
  split: Split,
  backbone: Backbone,
  settings: TrainSettings & TrainSurroundings,
) => Promise<VariationResult>;

/** The head that the settings ask for, over pooled features. */
export function buildHeadOf(
  { head, dropout, l2, seed }: Pick<TrainSettings, 'head' | 'dropout' | 'l2' | 'seed'>,
  features: number,
  classes: number,
): tf.LayersModel {
  if (head === 'dense') return buildDenseHead([features], classes, { dropout, l2, seed });
  return buildHead(features, classes, { dropout, seed });
}

/**
 * After unreadable pictures fell out: is there still something of every class to learn, and something to check on?
 *
 * @param skipped what could not be used, which the listener is told of where nothing is left
 */
export function checkReadable(
  { classes, folder }: Dataset,
  train: readonly Example[],
  validation: readonly Example[],
  skipped: readonly Skipped[],
  { shouldStop, onMessage }: Listener,
): void {
  const missing = classes.find((_, label) => !train.some((example) => example.label === label));
  const enough = missing === undefined && validation.length > 0;
  if (enough) return;
  if (shouldStop?.()) throw new UserError('stopped before there was anything to learn from');
  for (const { file, reason } of skipped.slice(0, MOST))
    onMessage?.(`skipped: ${relative(folder, file) || file}: ${reason}`);
  if (skipped.length > MOST) onMessage?.(`and ${skipped.length - MOST} more skipped`);
  const what = missing === undefined ? 'for validation' : `of class '${missing}' for training`;
  const [first] = skipped;
  const why = first
    ? `; ${skipped.length} skipped, the first: ${relative(folder, first.file) || first.file}: ${first.reason}`
    : '';
  throw new UserError(`no picture could be read ${what}${why}`);
}

/** Skipped files that are listed; more are counted. */
const MOST = 20;
