import { Random } from '../core/random';
import type { Interval } from './interval';

/** Number of bootstrap resamples. */
const RESAMPLES = 1000;

/**
 * Confidence intervals by the percentile bootstrap (Efron 1979) over groups: whole groups are drawn with replacement, as many as
 * there are, since examples of one group are not independent (Davison and Hinkley 1997, section 3.8).
 *
 * @param members indices of the examples of each group
 * @param measure values of the statistics for the weight (number of draws) of each example; NaN where one is not defined
 * @param seed of the draws
 * @returns an interval for each statistic; undefined where it was not defined in most of the resamples
 */
export function clusterBootstrap(
  members: readonly (readonly number[])[],
  examples: number,
  measure: (weights: Float64Array) => number[],
  { confidence = 0.95, resamples = RESAMPLES, seed = 0 } = {},
): (Interval | undefined)[] {
  const random = new Random(seed, 'cluster bootstrap');
  const estimates = measure(new Float64Array(examples).fill(1));
  const values = estimates.map(() => [] as number[]);
  const weights = new Float64Array(examples);
  for (let r = 0; r < resamples; r++) {
    weights.fill(0);
    for (let draw = 0; draw < members.length; draw++) {
      for (const i of members[random.integer(members.length)]!) weights[i]! += 1;
    }
    for (const [s, value] of measure(weights).entries()) if (!Number.isNaN(value)) values[s]!.push(value);
  }
  return estimates.map((estimate, s) => {
    const sorted = values[s]!.sort((a, b) => a - b);
    if (Number.isNaN(estimate) || sorted.length < resamples / 2) return undefined;
    const at = (part: number) => {
      const place = part * (sorted.length - 1);
      const below = sorted[Math.floor(place)]!;
      return below + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - below);
    };
    return { estimate, low: at((1 - confidence) / 2), high: at((1 + confidence) / 2), confidence };
  });
}
