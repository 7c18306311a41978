import { checkNumber } from '../core/options';
import { checkConfidence, normalQuantile } from './normal';

/** An estimate with its confidence interval. */
export interface Interval {
  /** The value that was measured. */
  estimate: number;
  /** Lower limit of the interval. */
  low: number;
  /** Upper limit of the interval. */
  high: number;
  /** Confidence level of the interval, between 0 and 1, such as 0.95. */
  confidence: number;
}

/**
 * The Wilson score interval of a proportion (Wilson 1927), such as an accuracy of `right` out of `total` pictures.
 *
 * It stays within 0 and 1, and is valid for few examples and for none or all right, where the normal approximation
 * (estimate ± 1.96 standard errors) has no width.
 *
 * @param right how many are right, from 0 to `total`
 * @param total how many there are, at least 1
 * @param confidence confidence level, between 0 and 1. Default: 0.95
 * @throws {UserError} when a number is out of range
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const { low, high } = metrics.wilsonInterval(45, 50);
 * [low.toFixed(3), high.toFixed(3)]; // => [ '0.786', '0.957' ]
 * ```
 */
export function wilsonInterval(right: number, total: number, confidence = 0.95): Interval {
  checkNumber('wilsonInterval: total', total, { min: 1, integer: true });
  checkNumber('wilsonInterval: right', right, { min: 0, max: total, integer: true });
  checkConfidence('wilsonInterval', confidence);
  return proportionInterval(right / total, total, confidence);
}

/** The Wilson interval of a proportion `p` of `total`, where `p * total` need not be a whole number. */
export function proportionInterval(p: number, total: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  const centre = p + (z * z) / (2 * total);
  return {
    estimate: p,
    low: p === 0 ? 0 : (centre - spread) / scale, // rounding would give 1e-17 instead of 0
    high: p === 1 ? 1 : (centre + spread) / scale,
    confidence,
  };
}

/**
 * An accuracy in one sentence, with its 95% Wilson interval and by how many percentage points one picture changes it.
 *
 * @param right how many are right, from 0 to `total`
 * @param total how many there are, at least 1
 * @throws {UserError} when a number is out of range
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.describeAccuracy(45, 50); // => '45 of 50 right: 90.0%, 95% interval 78.6% to 95.7%; one picture is 2.0 points'
 * ```
 */
export function describeAccuracy(right: number, total: number): string {
  const { estimate, low, high } = wilsonInterval(right, total);
  const points = (value: number) => (100 * value).toFixed(1);
  return (
    `${right} of ${total} right: ${points(estimate)}%, 95% interval ${points(low)}% to ${points(high)}%; ` +
    `one picture is ${points(1 / total)} points`
  );
}
