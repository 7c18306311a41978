import type { EpochRecord } from '../core/listener';
import type { FrozenCounts } from '../features';
import type { Evaluation } from './evaluate';
import type { Interpolation } from './interpolation';

/** The result of `fit`. */
export interface FitResult {
  /** One record for each epoch. */
  history: EpochRecord[];
  /** Whether the listener stopped training before its last epoch; the model keeps what it has learned. */
  stopped: boolean;
  /** Why training ended: after all epochs, stopped by the listener, by early stopping, or because the loss was not a finite number. */
  ended: 'completed' | 'stopped' | 'early' | 'diverged';
  /** The epoch with the best monitored value, and whether the model has the weights of that epoch. */
  best: { epoch: number; restored: boolean };
  /** What was chosen between the weights before and after training. Only with the option `interpolation`. */
  interpolation?: Interpolation;
  /** The final model on the validation data, with the same loss as in training. Undefined without validation data. */
  evaluation?: Evaluation;
  /** The last of the frozen layers whose output was computed once per example. Null if there were none. */
  frozenUpTo: string | null;
  /** How many outputs of frozen layers were computed, how many were found in the cache, and the seconds that this took. */
  features: FrozenCounts;
  /** The largest resident memory of the process during this training, in bytes. */
  peakMemory: number;
}
