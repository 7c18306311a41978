import { twoSidedT } from '../../metrics/studentT';

/** Repeated measurements in four numbers. With one measurement spread and limits are unknown: null. */
export interface Summary {
  n: number;
  mean: number;
  /** standard deviation of the measurements (n - 1 in the denominator) */
  sd: number | null;
  /** limits of the confidence interval of the mean */
  low: number | null;
  high: number | null;
}

/** The arithmetic mean; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation with n - 1 in the denominator; NaN of fewer than two. */
export function standardDeviation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Mean, standard deviation and the confidence interval of the mean by Student's t (1908), which allows for a spread that is
 * known from few values only: with three of them it is 2.2 times as wide as the normal distribution's.
 *
 * The interval speaks of other seeds on the same pictures. Splits of one dataset overlap, so what holds for other pictures
 * is less certain than it says (Nadeau and Bengio 2003).
 *
 * @param confidence 0.95 unless told
 * @returns undefined of no values
 */
export function summarize(values: readonly number[], confidence = 0.95): Summary | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  if (n === 1) return { n, mean, sd: null, low: null, high: null };
  const sd = standardDeviation(values);
  const margin = (twoSidedT(1 - confidence, n - 1) * sd) / Math.sqrt(n);
  return { n, mean, sd, low: mean - margin, high: mean + margin };
}
