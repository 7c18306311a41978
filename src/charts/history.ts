import type { EpochRecord } from '../core/listener';
import { alignColumns, counted, formatNumber, formatShare } from '../core/text';
import { validationTurn } from '../metrics/turn';

type Metric = 'loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy';

/** The first record in which a metric is best; `undefined` when it is never a finite number. */
export function bestEpoch(
  history: readonly EpochRecord[],
  metric: Metric,
  best: 'lowest' | 'highest',
): EpochRecord | undefined {
  const sign = best === 'lowest' ? 1 : -1;
  let found: EpochRecord | undefined;
  for (const record of history) {
    const value = record[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (found === undefined || sign * value < sign * found[metric]!) found = record;
  }
  return found;
}

/**
 * How far the training is, or what came of it if it has ended, with notes on its best epochs, on overfitting and on divergence.
 *
 * @param ended it has ended, perhaps before the planned epochs
 */
export function describeHistory(
  history: readonly EpochRecord[],
  planned: number,
  ended: boolean,
): { heading: string; notes: string[] } {
  const last = history.at(-1);
  if (last === undefined) return { heading: 'no epoch yet', notes: [] };
  const notes: string[] = [];
  const loss = bestEpoch(history, 'validationLoss', 'lowest');
  const accuracy = bestEpoch(history, 'validationAccuracy', 'highest');
  const parts = [
    loss && `lowest validation loss ${formatNumber(loss.validationLoss)} at epoch ${loss.epoch}`,
    accuracy && `highest validation accuracy ${formatShare(accuracy.validationAccuracy)} at epoch ${accuracy.epoch}`,
  ].filter((part) => part !== undefined);
  if (parts.length > 0) notes.push(parts.join(', '));
  if (last.validationBaseline !== undefined) {
    notes.push(`dotted: always predicting the most frequent class, ${formatShare(last.validationBaseline)}`);
  }
  const turn = validationTurn(history);
  if (turn) {
    notes.push(
      `validation loss rises after epoch ${turn.epoch}, from ${formatNumber(turn.lowest)} to ${formatNumber(turn.now)} (mean of the last three epochs)`,
    );
  }
  const broken = history.find((r) => ![r.loss, r.validationLoss ?? 0].every(Number.isFinite));
  if (broken) notes.push(`the loss is not a finite number at epoch ${broken.epoch}: try a lower learning rate`);
  if (!ended) return { heading: `epoch ${last.epoch} of ${planned}`, notes };
  const epochs = last.epoch < planned ? `${last.epoch} of ${planned} epochs` : counted(last.epoch, 'epoch');
  if (broken) return { heading: `failed, ${epochs}`, notes };
  if (turn) return { heading: `overfits after epoch ${turn.epoch}, trained for ${epochs}`, notes };
  const reached = last.validationAccuracy;
  const heading = reached === undefined ? epochs : `validation accuracy ${formatShare(reached)} after ${epochs}`;
  return { heading, notes };
}

/** The epochs as lines of text; of a long training every n-th epoch, and the best and the last one. */
export function tabulateHistory(history: readonly EpochRecord[], lines = 12): string[] {
  if (history.length === 0) return [];
  const best = bestEpoch(history, 'validationLoss', 'lowest');
  const step = Math.ceil(history.length / lines);
  const kept = history.filter((r, i) => i % step === 0 || r === best || i === history.length - 1);
  const validated = history.some((r) => r.validationLoss !== undefined || r.validationAccuracy !== undefined);
  const rows = kept.map((r) => [
    String(r.epoch),
    formatNumber(r.loss),
    formatShare(r.accuracy),
    ...(validated ? [formatNumber(r.validationLoss), formatShare(r.validationAccuracy)] : []),
  ]);
  const header = ['epoch', 'loss', 'accuracy', ...(validated ? ['validation loss', 'validation accuracy'] : [])];
  return alignColumns(
    [header, ...rows],
    header.map(() => true),
  ).split('\n');
}
