import type { EpochRecord } from '../core/listener';
import { formatNumber, formatShare } from '../core/text';
import { formatSeconds } from './meter';

/** Describe an epoch in one line of text. */
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
