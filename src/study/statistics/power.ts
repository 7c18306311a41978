import { twoSidedT } from '../../metrics/studentT';

/** No study is expected to have more seeds. */
const MOST = 1000;

/**
 * The number of pairs that a paired t test needs to detect a difference with probability `power`: the smallest n with
 * (t[1 - level/2] + t[power]) sd / sqrt(n) <= |mean|, both t with n - 1 degrees of freedom (Cohen 1988; it approximates the
 * noncentral t distribution to within one or two pairs).
 *
 * @param mean the true difference, such as the one observed
 * @param sd standard deviation of the differences, above 0
 * @param level two-sided significance level. Default: 0.05
 * @param power probability of detecting the difference. Default: 0.8
 * @returns the number of pairs; Infinity above 1000
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.pairsNeeded(0.02, 0.02); // => 10
 * ```
 */
export function pairsNeeded(mean: number, sd: number, level = 0.05, power = 0.8): number {
  const enough = (n: number) =>
    ((twoSidedT(level, n - 1) + twoSidedT(2 * (1 - power), n - 1)) * sd) / Math.sqrt(n) <= Math.abs(mean);
  if (!enough(MOST)) return Infinity;
  let [tooFew, high] = [1, MOST];
  while (high - tooFew > 1) {
    const middle = Math.floor((tooFew + high) / 2);
    if (enough(middle)) high = middle;
    else tooFew = middle;
  }
  return high;
}
