import { formatShare } from '../core/text';

/**
 * By what models are compared, always on pictures that were not trained on: mean loss, accuracy, mean F1 score of the classes, or mean
 * area under the ROC curves of the classes.
 */
export type Monitor = 'loss' | 'accuracy' | 'macroF1' | 'auc';

/**
 * The measures by which `train` can choose the best epoch, and a study the best configuration.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.monitors; // => [ 'loss', 'accuracy', 'macroF1', 'auc' ]
 * ```
 */
export const monitors: readonly Monitor[] = ['loss', 'accuracy', 'macroF1', 'auc'];

/** How a measure is called, which direction is better, and how its values are written. */
export interface Measure {
  /** in tables and sentences */
  title: string;
  lowerIsBetter: boolean;
  /** the best of two configurations has this */
  best: string;
  /** whether it is written as a percentage, and differences in percentage points */
  percent: boolean;
}

export const measures: Readonly<Record<Monitor, Measure>> = {
  loss: { title: 'loss', lowerIsBetter: true, best: 'lowest loss', percent: false },
  accuracy: { title: 'accuracy', lowerIsBetter: false, best: 'most accurate', percent: true },
  macroF1: { title: 'macro F1', lowerIsBetter: false, best: 'highest macro F1', percent: true },
  auc: { title: 'area under ROC', lowerIsBetter: false, best: 'largest area under ROC', percent: false },
};

/** A value of a measure, such as `87.3%` or `0.412`; empty for null. */
export function formatMeasure(monitor: Monitor, value: number | null | undefined): string {
  if (measures[monitor].percent || value === null || value === undefined) return formatShare(value);
  return value.toFixed(3);
}

/** A difference of a measure with its sign, in percentage points where it is a percentage; empty for null. */
export function formatDifference(monitor: Monitor, value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = measures[monitor].percent ? (100 * value).toFixed(1) : value.toFixed(3);
  return `${value > 0 ? '+' : ''}${text}`;
}

/** Negative where a is better than b, for sorting; values that are not known come last. */
export function byMeasure(monitor: Monitor, a: number | null | undefined, b: number | null | undefined): number {
  const known = (value: number | null | undefined): value is number => value !== null && Number.isFinite(value);
  if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a));
  return measures[monitor].lowerIsBetter ? a - b : b - a;
}
