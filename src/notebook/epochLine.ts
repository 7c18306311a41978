import { counted, formatNumber, formatShare } from '../charts/text';
import type { EpochRecord } from '../training/listener';
import { formatSeconds } from './meter';

/** An epoch in one line of text. */
export function epochLine(record: EpochRecord, planned: number): string {
  const { epoch, loss, accuracy, validationLoss, validationAccuracy, seconds } = record;
  const parts = [
    `loss ${formatNumber(loss)}`,
    `accuracy ${formatShare(accuracy)}`,
    validationLoss !== undefined && `validation loss ${formatNumber(validationLoss)}`,
    validationAccuracy !== undefined && `validation accuracy ${formatShare(validationAccuracy)}`,
    formatSeconds(seconds),
  ];
  return `epoch ${epoch} of ${planned}: ${parts.filter(Boolean).join(', ')}`;
}

/** A whole training in one line: `12 of 20 epochs in 3.4 s`. */
export function epochsLine(history: readonly EpochRecord[], planned: number): string {
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  const count = history.length < planned ? `${history.length} of ${planned} epochs` : counted(planned, 'epoch');
  return `${count} in ${formatSeconds(seconds)}`;
}
