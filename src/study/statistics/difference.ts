import { twoSidedP, twoSidedT } from '../../metrics/studentT';
import { bootstrapInterval } from './bootstrap';
import { holm } from './holm';
import { pairsNeeded } from './power';
import { meanOf, standardDeviation } from './summary';

/** What a variant does better or worse than the baseline, from the seeds that both ran. */
export interface Difference {
  /** seeds that both have */
  n: number;
  /** mean of variant minus baseline, seed by seed; null where there is no common seed */
  mean: number | null;
  sd: number | null;
  /** limits of Student's interval of the mean difference, not corrected for several comparisons */
  low: number | null;
  high: number | null;
  /** the percentile bootstrap's limits; too narrow below about ten seeds */
  bootstrap: { low: number; high: number } | null;
  /** two-sided, of the paired t test */
  p: number | null;
  /** the same, corrected for all comparisons of the table (Holm) */
  adjusted: number | null;
  /** 'better', 'worse', or 'cannot tell ...' with the number of seeds that would do */
  verdict: string;
}

export interface DifferenceOptions {
  /** of the intervals; 0.95 unless told */
  confidence?: number;
  /**
   * the part of tables without any true difference that may name one; 0.02 unless told. At 0.05, twenty studies of an axis that
   * does nothing would name two or more winners every fourth time.
   */
  level?: number;
  /**
   * the smallest step of the measurement, for an accuracy one part in the number of validation pictures; 0 unless told. Values
   * that agree because they are coarse then count as known to that step only.
   */
  resolution?: number;
}

/**
 * Compare variants with a baseline, each by its paired differences seed by seed.
 *
 * A difference is called better or worse when Student's paired t test rejects 'no difference' after Holm's correction and
 * the bootstrap interval leaves out 0, too. The t test decides since with three to ten seeds the bootstrap is too narrow
 * (Hesterberg 2015, "What teachers should know about the bootstrap").
 *
 * @param variants each variant's differences, one a seed
 */
export function judgeDifferences(variants: readonly (readonly number[])[], options?: DifferenceOptions): Difference[] {
  const { confidence = 0.95, level = 0.02, resolution = 0 } = options ?? {};
  const judged = variants.map((differences) => measure(differences, confidence, resolution));
  const adjusted = holm(judged.map(({ p }) => p));
  return judged.map((difference, i) => {
    const whole = { ...difference, adjusted: adjusted[i]! };
    return { ...whole, verdict: verdict(whole, level, resolution) };
  });
}

function measure(differences: readonly number[], confidence: number, resolution: number) {
  const n = differences.length;
  if (n === 0) return { n, mean: null, sd: null, low: null, high: null, bootstrap: null, p: null };
  const mean = meanOf(differences);
  if (n === 1) return { n, mean, sd: null, low: null, high: null, bootstrap: null, p: null };
  const sd = standardDeviation(differences);
  const error = coarse(sd, resolution) / Math.sqrt(n);
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

/** Rounding to steps has a standard deviation of step/sqrt(12) (Sheppard 1898), the difference of two sqrt(2) of that. */
const coarse = (sd: number, resolution: number) => Math.max(sd, resolution / Math.sqrt(6));

function verdict(difference: Omit<Difference, 'verdict'>, level: number, resolution: number): string {
  const { n, mean, sd, bootstrap, p, adjusted } = difference;
  if (mean === null) return 'cannot tell: no seed in common with the baseline';
  const seeds = `${n} seed${n === 1 ? '' : 's'}`;
  if (sd === null || bootstrap === null || p === null || adjusted === null) {
    return `cannot tell with ${seeds}; at least 3 are needed`;
  }
  const clear = bootstrap.low > 0 || bootstrap.high < 0;
  if (adjusted < level && clear) return mean > 0 ? 'better' : 'worse';
  if (mean === 0) return `cannot tell with ${seeds}; no difference in the mean`;
  const corrected = p > 0 ? (level * p) / adjusted : level;
  const needed = Math.max(n + 1, pairsNeeded(mean, coarse(sd, resolution), corrected));
  return Number.isFinite(needed)
    ? `cannot tell with ${seeds}; about ${roundUp(needed)} would do`
    : `cannot tell with ${seeds}; more than 1000 would be needed`;
}

/** To two digits: nothing here is known better. */
function roundUp(count: number): number {
  const step = count < 100 ? 1 : 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}
