/**
 * Adjust p values for multiple comparisons (Holm 1979): rejecting those below a level keeps the probability of any false
 * rejection below it, whatever the dependence between them. It is never less powerful than Bonferroni's correction.
 *
 * @param pValues in any order; null stands for a comparison that was not possible, and stays null
 * @returns the adjusted values in the same order, each at least as large as the original and at most 1
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.holm([0.01, 0.04, null]); // => [ 0.02, 0.04, null ]
 * ```
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const made = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  made.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (made.length - rank) * p));
    adjusted[index] = largest;
  });
  return adjusted;
}
