/**
 * P values adjusted for being several (Holm 1979): rejecting those below a level keeps the chance of even one false rejection
 * below it, whatever the dependence between them, and is never weaker than Bonferroni's correction.
 *
 * @param pValues in any order; null stands for a comparison that could not be made, and stays null
 * @returns the adjusted values in the same order, each at least as large as the plain one and at most 1
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
