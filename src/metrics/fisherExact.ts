import { checkNumber } from '../core/options';

/** Logarithms of factorials, as far as they were needed. */
let logFactorials = new Float64Array(1);

function logFactorial(n: number): number {
  if (n >= logFactorials.length) {
    const longer = new Float64Array(2 * n + 64);
    longer.set(logFactorials);
    for (let i = logFactorials.length; i < longer.length; i++) longer[i] = longer[i - 1]! + Math.log(i);
    logFactorials = longer;
  }
  return logFactorials[n]!;
}

/** Tables whose probabilities differ only by rounding errors count as equally likely; as in R. */
const ROUNDING = 1e-7;

/**
 * The two-sided p value of Fisher's exact test (Fisher 1922) for two proportions: how likely tables are that are as unlikely as this
 * one, if both have the same true proportion. It is valid for few examples, where the normal approximation is not.
 *
 * @param right how many of the first kind are right, from 0 to `total`
 * @param total how many there are of the first kind
 * @param otherRight how many of the second kind are right, from 0 to `otherTotal`
 * @param otherTotal how many there are of the second kind, at most 100 million together with the first
 * @returns from 0 to 1; 1 where one kind has no examples
 * @throws {UserError} when a number is out of range
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.fisherExact(1, 10, 9, 10).toFixed(4); // => '0.0011'
 * ```
 */
export function fisherExact(right: number, total: number, otherRight: number, otherTotal: number): number {
  checkNumber('fisherExact: total', total, { min: 0, max: 1e8, integer: true });
  checkNumber('fisherExact: right', right, { min: 0, max: total, integer: true });
  checkNumber('fisherExact: otherTotal', otherTotal, { min: 0, max: 1e8 - total, integer: true });
  checkNumber('fisherExact: otherRight', otherRight, { min: 0, max: otherTotal, integer: true });
  const allRight = right + otherRight;
  const all = total + otherTotal;
  const choose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  const constant = choose(all, allRight);
  const logProbability = (k: number) => choose(total, k) + choose(otherTotal, allRight - k) - constant;
  const own = logProbability(right);
  let p = 0;
  for (let k = Math.max(0, allRight - otherTotal); k <= Math.min(total, allRight); k++) {
    const log = logProbability(k);
    if (log <= own + ROUNDING) p += Math.exp(log);
  }
  return Math.min(1, p);
}
