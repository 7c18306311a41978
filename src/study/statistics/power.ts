import { twoSidedT } from '../../metrics/studentT';

/** No study here has more seeds. */
const MOST = 1000;

/**
 * How many pairs a paired t test needs to find a difference with probability `power`: the smallest n with
 * (t[1 - level/2] + t[power]) sd / sqrt(n) <= |mean|, both t with n - 1 degrees of freedom (Cohen 1988; an approximation of
 * the noncentral t that is off by one or two at most).
 *
 * @param mean the difference, as if the one seen were the true one
 * @param sd of the differences, above 0
 * @param level two-sided
 * @returns Infinity beyond 1000
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
