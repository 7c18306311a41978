import { meanOf } from '../../metrics/mean';
import { twoSidedP, twoSidedT } from '../../metrics/studentT';
import { bootstrapInterval } from './bootstrap';
import { holm } from './holm';
import { pairsNeeded } from './power';
import { standardDeviation } from './summary';

/** The difference between a variant and the baseline, over the seeds that both have run. */
export interface Difference {
  /** number of seeds that both have run */
  n: number;
  /** mean of variant minus baseline, seed by seed; null where no seed is in common */
  mean: number | null;
  /** standard deviation of the differences; null below two seeds */
  sd: number | null;
  /** lower limit of Student's interval of the mean difference, not corrected for several comparisons; null below two seeds */
  low: number | null;
  /** upper limit of the same interval; null below two seeds */
  high: number | null;
  /** percentile bootstrap interval (Efron 1979), too narrow below about ten seeds; null below two seeds */
  bootstrap: { low: number; high: number } | null;
  /** two-sided p value of the paired t test; null below two seeds */
  p: number | null;
  /** the p value corrected for all comparisons of the table (Holm 1979); null where p is */
  adjusted: number | null;
  /** 'better', 'worse', or 'cannot tell ...' with the number of seeds that would be needed */
  verdict: string;
}

/** Options of `judgeDifferences`. */
export interface DifferenceOptions {
  /** of the intervals, between 0 and 1. Default: 0.95 */
  confidence?: number;
  /**
   * significance level for the whole table: the share of tables without any true difference in which some variant is called
   * better or worse. Default: 0.02. At 0.05, one of twenty studies of an axis without effect would name a winner.
   */
  level?: number;
  /**
   * smallest step of the measure, such as 1 / number of validation pictures for an accuracy; values that agree only because
   * they are rounded to it do not count as exact. Default: 0
   */
  resolution?: number;
  /** whether lower values are better, as of a loss; then a variant that lies below the baseline is 'better'. Default: false */
  lowerIsBetter?: boolean;
}

/**
 * Compare variants with a baseline by their paired differences, seed by seed.
 *
 * A variant is better or worse if Student's paired t test rejects 'no difference' after Holm's correction and the bootstrap
 * interval excludes 0, too. The t test decides because with three to ten seeds the bootstrap interval is too narrow (Hesterberg
 * 2015, "What teachers should know about the bootstrap").
 *
 * @param variants each variant's differences from the baseline, one a seed
 * @returns one result for each variant
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const [clear, none] = studies.judgeDifferences([[0.05, 0.06, 0.05, 0.055], [0.01, -0.01, 0]]);
 * clear?.verdict; // => 'better'
 * none?.verdict; // => 'cannot tell with 3 seeds; no difference in the mean'
 * ```
 */
export function judgeDifferences(variants: readonly (readonly number[])[], options?: DifferenceOptions): Difference[] {
  const { confidence = 0.95, level = 0.02, resolution = 0, lowerIsBetter = false } = options ?? {};
  const judged = variants.map((differences) => measure(differences, confidence, resolution));
  const adjusted = holm(judged.map(({ p }) => p));
  return judged.map((difference, i) => {
    const whole = { ...difference, adjusted: adjusted[i]! };
    return { ...whole, verdict: verdict(whole, level, resolution, lowerIsBetter) };
  });
}

function measure(differences: readonly number[], confidence: number, resolution: number) {
  const n = differences.length;
  if (n === 0) return { n, mean: null, sd: null, low: null, high: null, bootstrap: null, p: null };
  const mean = meanOf(differences);
  if (n === 1) return { n, mean, sd: null, low: null, high: null, bootstrap: null, p: null };
  const sd = standardDeviation(differences);
  const error = withRounding(sd, resolution) / Math.sqrt(n);
  const margin = twoSidedT(1 - confidence, n - 1) * error;
  return {
    n,
    mean,
    sd,
    low: mean - margin,
    high: mean + margin,
    bootstrap: bootstrapInterval(differences, confidence),
    p: mean === 0 ? 1 : twoSidedP(mean / error, n - 1),
  };
}

/** At least the standard deviation due to rounding: step / sqrt(12) (Sheppard 1898), and sqrt(2) of it for a difference of two. */
const withRounding = (sd: number, resolution: number) => Math.max(sd, resolution / Math.sqrt(6));

function verdict(
  difference: Omit<Difference, 'verdict'>,
  level: number,
  resolution: number,
  lowerIsBetter: boolean,
): string {
  const { n, mean, sd, bootstrap, p, adjusted } = difference;
  if (mean === null) return 'cannot tell: no seed in common with the baseline';
  const seeds = `${n} seed${n === 1 ? '' : 's'}`;
  if (sd === null || bootstrap === null || p === null || adjusted === null) {
    return `cannot tell with ${seeds}; at least 3 are needed`;
  }
  const clear = bootstrap.low > 0 || bootstrap.high < 0;
  if (adjusted < level && clear) return mean > 0 === lowerIsBetter ? 'worse' : 'better';
  if (mean === 0) return `cannot tell with ${seeds}; no difference in the mean`;
  const corrected = p > 0 ? (level * p) / adjusted : level;
  const needed = Math.max(n + 1, pairsNeeded(mean, withRounding(sd, resolution), corrected));
  return Number.isFinite(needed)
    ? `cannot tell with ${seeds}; about ${roundUp(needed)} would do`
    : `cannot tell with ${seeds}; more than 1000 would be needed`;
}

/** Round up to two digits, as an estimate of the number of seeds is no more precise. */
function roundUp(count: number): number {
  const step = count < 100 ? 1 : 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}
