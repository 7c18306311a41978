import type { Interval } from './interval';
import { bisect, checkConfidence, normalQuantile } from './normal';
import { rankByScore } from './ranking';

/**
 * A point of a ROC curve: the rates when every example with a score of at least `threshold` is predicted positive.
 */
export interface RocPoint {
  /** The lowest score that is predicted positive; Infinity for the first point. */
  threshold: number;
  /** Fraction of the negatives that are predicted positive, from 0 to 1. */
  falsePositiveRate: number;
  /** Fraction of the positives that are predicted positive (recall), from 0 to 1. */
  truePositiveRate: number;
}

/** A ROC curve with the area under it. */
export interface RocCurve {
  /** From the highest threshold, at (0, 0), to the lowest, at (1, 1). */
  points: RocPoint[];
  /**
   * Area under the curve, from 0 to 1: the probability that a positive scores higher than a negative. A random
   * ranking gives 0.5; NaN without positives or without negatives.
   */
  area: number;
  /** Confidence interval of `area`; undefined without positives or without negatives. */
  interval?: Interval;
  /** Number of positive examples. */
  positives: number;
  /** Number of negative examples. */
  negatives: number;
}

/**
 * The receiver operating characteristic (Fawcett 2006): true positive rate against false positive rate at every threshold.
 *
 * The interval of the area is Newcombe's score interval (2006, "Confidence intervals for an effect size measure based on the
 * Mann-Whitney statistic", part 2, method 5): it stays within 0 and 1, and unlike DeLong's it keeps a width when the ranking is
 * perfect, which is frequent on small validation sets.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive: probabilities or logits
 * @param confidence confidence level of the interval, between 0 and 1. Default: 0.95
 * @returns the curve; without positives or without negatives the rates that divide by their number are NaN
 * @throws {UserError} when there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const { area, points } = metrics.rocCurve([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * area; // => 0.75
 * points[1]; // => { threshold: 0.9, falsePositiveRate: 0, truePositiveRate: 0.5 }
 * ```
 */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>, confidence = 0.95): RocCurve {
  checkConfidence('rocCurve', confidence);
  const { positives, negatives, cuts } = rankByScore('rocCurve', labels, scores);
  const start = { threshold: Number.POSITIVE_INFINITY, truePositives: 0, falsePositives: 0 };
  const points = [start, ...cuts].map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    falsePositiveRate: falsePositives / negatives,
    truePositiveRate: truePositives / positives,
  }));
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    area += ((to.falsePositiveRate - from.falsePositiveRate) * (to.truePositiveRate + from.truePositiveRate)) / 2;
  }
  const defined = positives > 0 && negatives > 0;
  return {
    points,
    area: defined ? area : Number.NaN,
    ...(defined && { interval: areaInterval(area, positives, negatives, confidence) }),
    positives,
    negatives,
  };
}

/** All areas that lie within z standard errors of the observed one, where the standard error is that of the area tried. */
function areaInterval(area: number, positives: number, negatives: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const size = (positives + negatives) / 2 - 1;
  const error = (a: number) =>
    Math.sqrt((a * (1 - a) * (1 + (size * (1 - a)) / (2 - a) + (size * a) / (1 + a))) / (positives * negatives));
  return {
    estimate: area,
    low: area === 0 ? 0 : bisect(0, area, (a) => a + z * error(a) < area),
    high: area === 1 ? 1 : bisect(area, 1, (a) => a - z * error(a) < area),
    confidence,
  };
}
