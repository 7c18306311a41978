import type { EpochRecord } from '../core/listener';

/** Where the validation loss stopped falling for good while the training loss fell on. */
export interface ValidationTurn {
  /** the epoch of the lowest validation loss */
  epoch: number;
  lowest: number;
  /** mean of the last three validation losses */
  now: number;
}

/** Epochs after the lowest loss before anything is said, and the rise that is more than wavering. */
const patience = 3;
const rise = 1.05;

/**
 * Has the validation loss turned? It has when the mean of its last three epochs is more than 5% above its lowest, at least
 * three epochs after it, and the training loss is lower than it was there.
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
