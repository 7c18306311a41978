import { relative } from 'node:path';
import { UserError } from '../core/errors';
import type { EpochRecord, Listener } from '../core/listener';
import type { Dataset, Example, Skipped, Split } from '../data';
import type { FrozenCounts } from '../features';
import { buildDenseHead, buildHead } from '../layers';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import type { Evaluation } from './evaluate';
import type { FitResult } from './fitResult';
import type { Interpolation } from './interpolation';
import type { TrainSettings } from './settings/types';
import type { TrainSurroundings } from './trainSettings';

/** The result of a training before it is summarized. */
export interface VariationResult {
  /** features to logits */
  head: tf.LayersModel;
  /** pictures to logits; only where the backbone was trained */
  model?: tf.LayersModel;
  history: EpochRecord[];
  ended: FitResult['ended'];
  /** what was chosen between the frozen and the fine-tuned weights; of several stages, in the last one */
  interpolation?: Interpolation;
  /** of the final model on the validation pictures */
  evaluation: Evaluation;
  /** the pictures that could be read */
  split: Split;
  skipped: Skipped[];
  /** SHA-256 and label of each picture used */
  content: { hash: string; label: number }[];
  seconds: { decode: number; features: number; training: number };
  /** how many outputs of frozen layers were computed, how many were found in the cache, and what computed them */
  features: Omit<FrozenCounts, 'seconds'>;
  /** the last of the frozen layers whose output was computed once per picture; null if there were none */
  frozenUpTo: string | null;
  peakMemory: number;
}

/** A training, from the split to the evaluated model. */
export type Variation = (
  dataset: Dataset,
  split: Split,
  backbone: Backbone,
  settings: TrainSettings & TrainSurroundings,
) => Promise<VariationResult>;

/** The head of a training, for pooled features. */
export function buildHeadOf(
  { head, dropout, l2, seed }: Pick<TrainSettings, 'head' | 'dropout' | 'l2' | 'seed'>,
  features: number,
  classes: number,
): tf.LayersModel {
  if (head === 'dense') return buildDenseHead([features], classes, { dropout, l2, seed });
  return buildHead(features, classes, { dropout, seed });
}

/**
 * Checks that the pictures that could be read include training pictures of each class, and validation pictures.
 *
 * @param skipped the files that could not be used; the listener is told if too few are left
 * @throws {UserError} if too few are left
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
  if (shouldStop?.()) throw new UserError('stopped before any picture was ready for training');
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

/** The number of skipped files that are listed; the others are only counted. */
const MOST = 20;
