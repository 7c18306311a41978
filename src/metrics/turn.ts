import type { EpochRecord } from '../core/listener';

/**
 * The epoch from which the validation loss rises while the training loss goes on falling: the start of overfitting.
 */
export interface ValidationTurn {
  /** The epoch of the lowest validation loss, from 1. */
  epoch: number;
  /** The lowest validation loss. */
  lowest: number;
  /** Mean of the last three validation losses. */
  now: number;
}

/** Epochs that must follow the lowest loss, over whose last ones the loss is averaged. */
const patience = 3;
/** A smaller rise than this factor may be noise. */
const rise = 1.05;

/**
 * Find out from which epoch a training overfits: the epoch of the lowest validation loss, if at least three epochs follow it,
 * the mean validation loss of the last three is more than 5% higher, and the training loss has fallen since.
 *
 * @param history one record for each epoch, as a training returns them
 * @returns undefined when the training does not overfit by this rule, or has no validation loss
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const losses = [0.9, 0.5, 0.6, 0.8, 1];
 * const history = losses.map((validationLoss, i) => ({
 *   ...{ epoch: i + 1, loss: 1 / (i + 1), accuracy: 0.9, learningRate: 0.001, seconds: 1 },
 *   validationLoss,
 * }));
 * metrics.validationTurn(history)?.epoch; // => 2
 * ```
 */
export function validationTurn(history: readonly EpochRecord[]): ValidationTurn | undefined {
  const known = history.filter(
    (r): r is EpochRecord & { validationLoss: number } =>
      Number.isFinite(r.loss) && r.validationLoss !== undefined && Number.isFinite(r.validationLoss),
  );
  const last = known.slice(-patience);
  if (known.length <= patience) return undefined;
  const lowest = known.reduce((best, record) => (record.validationLoss < best.validationLoss ? record : best));
  const now = last.reduce((sum, record) => sum + record.validationLoss, 0) / last.length;
  const after = known.length - 1 - known.indexOf(lowest);
  if (after < patience || now <= rise * lowest.validationLoss || last.at(-1)!.loss >= lowest.loss) return undefined;
  return { epoch: lowest.epoch, lowest: lowest.validationLoss, now };
}
