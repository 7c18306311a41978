import { UserError } from '../core/errors';

/**
 * Adjust p values of many comparisons so that the false discovery rate is known (Benjamini and Hochberg 1995): of all comparisons whose
 * adjusted value is below 0.05, 5% at most are expected to be false alarms. It finds more than Holm's correction, which makes any
 * false alarm at all unlikely. It holds for independent comparisons, and for those that depend on each other positively (Benjamini
 * and Yekutieli 2001).
 *
 * @param pValues in any order, from 0 to 1
 * @returns the adjusted values in the same order, each at least as large as the original and at most 1
 * @throws {UserError} when a value is not from 0 to 1
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.benjaminiHochberg([0.01, 0.04, 0.5]); // => [ 0.03, 0.06, 0.5 ]
 * ```
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new UserError(`benjaminiHochberg: got ${wrong} as a p value, expected 0 to 1`);
  const falling = [...pValues.keys()].sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(pValues.length);
  let least = 1;
  for (const [i, index] of falling.entries()) {
    least = Math.min(least, (pValues[index]! * pValues.length) / (pValues.length - i));
    adjusted[index] = least;
  }
  return adjusted;
}
