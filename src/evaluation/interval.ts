import { UserError } from '../errors';
import { checkNumber } from '../options';

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
  if (!(confidence > 0 && confidence < 1)) {
    throw new UserError(`wilsonInterval: confidence must lie between 0 and 1, for example 0.95, got ${confidence}`);
  }
  const z = normalQuantile((1 + confidence) / 2);
  const p = right / total;
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  const centre = p + (z * z) / (2 * total);
  return {
    estimate: p,
    low: right === 0 ? 0 : (centre - spread) / scale, // exactly 0 and 1 at the ends, where rounding would leave 1e-17
    high: right === total ? 1 : (centre + spread) / scale,
    confidence,
  };
}

/** The z below which the fraction `p` >= 0.5 of a standard normal lies: bisection on the distribution function. */
function normalQuantile(p: number): number {
  let low = 0;
  let high = 9; // the tail beyond is 1e-19, less than a double near 1 can tell
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The standard normal's distribution function for z >= 0, by its power series (Abramowitz and Stegun 1964, 26.2.11). */
function normalDistribution(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
