import { checkNumber } from '../core/options';
import { checkConfidence, normalQuantile } from './normal';

/** An estimate with the limits it plausibly lies between. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
  /** e.g. 0.95 */
  confidence: number;
}

/**
 * The confidence interval of a proportion, such as an accuracy of `right` out of `total` pictures (Wilson 1927).
 *
 * Stays within [0, 1] and is sensible for few examples and for none or all right, where the textbook interval
 * (estimate +- 1.96 standard errors) collapses to a point.
 *
 * @param right how many are right, from 0 to `total`
 * @param total how many there are, at least 1
 * @param confidence 0.95 unless told; above 0 and below 1
 * @throws {UserError} if a number is out of range
 */
export function wilsonInterval(right: number, total: number, confidence = 0.95): Interval {
  checkNumber('wilsonInterval: total', total, { min: 1, integer: true });
  checkNumber('wilsonInterval: right', right, { min: 0, max: total, integer: true });
  checkConfidence('wilsonInterval', confidence);
  return proportionInterval(right / total, total, confidence);
}

/** Wilson's interval of a proportion `p` of `total`, which need not be a whole number of them. */
export function proportionInterval(p: number, total: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  const centre = p + (z * z) / (2 * total);
  return {
    estimate: p,
    low: p === 0 ? 0 : (centre - spread) / scale, // exactly 0 and 1 at the ends, where rounding would leave 1e-17
    high: p === 1 ? 1 : (centre + spread) / scale,
    confidence,
  };
}

/**
 * An accuracy in a sentence that says how much it can mean: its Wilson interval, and what one picture weighs.
 *
 * @param right how many are right @param total of how many
 */
export function describeAccuracy(right: number, total: number): string {
  const { estimate, low, high } = wilsonInterval(right, total);
  const points = (value: number) => (100 * value).toFixed(1);
  return (
    `${right} of ${total} right: ${points(estimate)}%, 95% interval ${points(low)}% to ${points(high)}%; ` +
    `one picture is ${points(1 / total)} points`
  );
}
