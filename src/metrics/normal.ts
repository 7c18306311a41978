import { UserError } from '../core/errors';

/** @throws {UserError} unless the confidence level lies between 0 and 1 */
export function checkConfidence(caller: string, confidence: number): void {
  if (!(confidence > 0 && confidence < 1))
    throw new UserError(`${caller}: confidence must lie between 0 and 1, for example 0.95, got ${confidence}`);
}

/** The number between `low` and `high` at which `below` changes from true to false. */
export function bisect(low: number, high: number, below: (x: number) => boolean): number {
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (below(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The quantile function of the standard normal distribution, for `p` from 0.5. */
export function normalQuantile(p: number): number {
  // beyond 9 the tail is 1e-19, less than the precision of a double near 1
  return bisect(0, 9, (z) => normalDistribution(z) < p);
}

/** The cumulative distribution function of the standard normal, by its power series (Abramowitz and Stegun 1964, 26.2.11). */
export function normalDistribution(z: number): number {
  if (z < 0) return 1 - normalDistribution(-z);
  if (z > 9) return 1;
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
