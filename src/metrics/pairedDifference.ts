import { meanOf } from './mean';

/**
 * The mean of differences between two models on the same examples, and its standard error with whole groups as the units, as examples of
 * a group resemble each other.
 *
 * @param groups of each example, undefined for one that is a group of its own. Default: all are
 * @returns `error`: Infinity where there is a single unit
 */
export function pairedDifference(
  differences: readonly number[],
  groups: readonly (string | undefined)[] = [],
): { mean: number; error: number } {
  const mean = meanOf(differences);
  const residuals = new Map<string | number, number>();
  for (const [i, each] of differences.entries()) {
    const unit = groups[i] ?? i;
    residuals.set(unit, (residuals.get(unit) ?? 0) + each - mean);
  }
  const units = residuals.size;
  const squares = [...residuals.values()].reduce((sum, each) => sum + each ** 2, 0);
  return { mean, error: units > 1 ? Math.sqrt((squares * units) / (units - 1)) / differences.length : Infinity };
}
