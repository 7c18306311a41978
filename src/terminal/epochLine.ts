import type { EpochRecord } from '../core/listener';
import { formatNumber, formatShare } from '../core/text';
import { formatSeconds } from './meter';

/** Describe an epoch in one line of text. */
export function epochLine(record: EpochRecord, planned: number): string {
  const { epoch, loss, accuracy, validationLoss, validationAccuracy, seconds } = record;
  const { validationInterval: interval, validationBaseline: baseline } = record;
  const beside = [
    interval && `95% interval ${formatShare(interval.low)} to ${formatShare(interval.high)}`,
    baseline !== undefined && `most frequent class ${formatShare(baseline)}`,
  ].filter(Boolean);
  const parts = [
    `loss ${formatNumber(loss)}`,
    `accuracy ${formatShare(accuracy)}`,
    validationLoss !== undefined && `validation loss ${formatNumber(validationLoss)}`,
    validationAccuracy !== undefined &&
      `validation accuracy ${formatShare(validationAccuracy)}${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`,
    formatSeconds(seconds),
  ];
  return `epoch ${epoch} of ${planned}: ${parts.filter(Boolean).join(', ')}`;
}
