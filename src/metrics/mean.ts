/**
 * The arithmetic mean.
 *
 * @returns NaN for no values
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.meanOf([1, 2, 6]); // => 3
 * ```
 */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
