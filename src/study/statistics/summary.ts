import { meanOf } from '../../metrics/mean';
import { twoSidedT } from '../../metrics/studentT';

/** Mean, spread and confidence interval of repeated measurements. */
export interface Summary {
  /** number of measurements */
  n: number;
  /** arithmetic mean */
  mean: number;
  /** standard deviation, with n - 1 in the denominator; null for one measurement */
  sd: number | null;
  /** lower limit of the confidence interval of the mean; null for one measurement */
  low: number | null;
  /** upper limit of the confidence interval of the mean; null for one measurement */
  high: number | null;
}

/**
 * The standard deviation, with n - 1 in the denominator.
 *
 * @returns NaN for fewer than two values
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.standardDeviation([1, 3]); // => 1.4142135623730951
 * ```
 */
export function standardDeviation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Mean, standard deviation and the confidence interval of the mean by Student's t distribution (1908). It takes into account
 * that the spread is estimated from few values: for three of them the interval is 2.2 times as wide as by the normal
 * distribution.
 *
 * Over the seeds of a study, the interval holds for other seeds on the same pictures. Splits of one dataset overlap, so for
 * other pictures the uncertainty is larger (Nadeau and Bengio 2003).
 *
 * @param confidence of the interval, between 0 and 1. Default: 0.95
 * @param resolution smallest step of the values, such as one picture of the validation set. Values that agree are then known to
 *   that step only, and the interval has a width. Default: 0
 * @returns undefined for no values
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const summary = studies.summarize([0.8, 0.9, 1]);
 * summary?.mean.toFixed(2); // => '0.90'
 * summary?.low?.toFixed(2); // => '0.65'
 * ```
 */
export function summarize(values: readonly number[], confidence = 0.95, resolution = 0): Summary | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  if (n === 1) return { n, mean, sd: null, low: null, high: null };
  const sd = standardDeviation(values);
  // rounding to steps has a standard deviation of step / sqrt(12) (Sheppard 1898)
  const spread = Math.max(sd, resolution / Math.sqrt(12));
  const margin = (twoSidedT(1 - confidence, n - 1) * spread) / Math.sqrt(n);
  return { n, mean, sd, low: mean - margin, high: mean + margin };
}
