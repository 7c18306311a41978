import { UserError } from '../core/errors';
import type { Interval } from './interval';
import { meanOf } from './mean';
import { checkConfidence } from './normal';
import { twoSidedT } from './studentT';

/**
 * The mean of paired differences, such as between two recipes with the same seeds, with its interval by Student's t (1908).
 *
 * Differences of the same seed vary less than the values themselves, as a difficult split is difficult for both recipes. The
 * interval is about other seeds; with two or three of them it is wide.
 *
 * @param differences one for each seed, at least two
 * @param confidence confidence level, between 0 and 1. Default: 0.95
 * @throws {UserError} with fewer than two differences, or one that is not a finite number
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const { estimate, low, high } = metrics.pairedInterval([0.02, 0.03, 0.01, 0.04]);
 * [estimate, low, high].map((value) => value.toFixed(3)); // => [ '0.025', '0.004', '0.046' ]
 * ```
 */
export function pairedInterval(differences: readonly number[], confidence = 0.95): Interval {
  if (differences.length < 2) {
    throw new UserError(`pairedInterval: got ${differences.length} differences; an interval needs at least two`);
  }
  const odd = differences.find((each) => !Number.isFinite(each));
  if (odd !== undefined) throw new UserError(`pairedInterval: got the difference ${odd}; give finite numbers`);
  checkConfidence('pairedInterval', confidence);
  const estimate = meanOf(differences);
  const variance = differences.reduce((sum, each) => sum + (each - estimate) ** 2, 0) / (differences.length - 1);
  const half = twoSidedT(1 - confidence, differences.length - 1) * Math.sqrt(variance / differences.length);
  return { estimate, low: estimate - half, high: estimate + half, confidence };
}
