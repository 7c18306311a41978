import { Random } from '../../core/random';

/** Resamples: enough for limits that move by less than a fiftieth of the interval's width. */
const RESAMPLES = 4_000;

/**
 * The percentile bootstrap interval of a mean (Efron 1979): the middle part of the means of resamples drawn with
 * replacement.
 *
 * It assumes no distribution, but of few values it is too narrow: three values have ten different resamples, and their
 * nominal 95% interval holds the true mean in about 75% of studies (Hesterberg 2015). So it is shown beside Student's interval
 * and never decides alone.
 *
 * @param values at least one
 * @param seed of the resamples
 */
export function bootstrapInterval(
  values: readonly number[],
  confidence = 0.95,
  seed = 0,
): { low: number; high: number } {
  const random = new Random(seed, 'bootstrap');
  const n = values.length;
  const means = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.integer(n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const at = (part: number) => {
    const place = part * (RESAMPLES - 1);
    const below = Math.floor(place);
    return means[below]! + (place - below) * (means[Math.min(below + 1, RESAMPLES - 1)]! - means[below]!);
  };
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
