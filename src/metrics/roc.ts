import type { Interval } from './interval';
import { bisect, checkConfidence, normalQuantile } from './normal';
import { rankByScore } from './ranking';

/** A point of a receiver operating characteristic: what is called positive from `threshold` up. */
export interface RocPoint {
  threshold: number;
  /** of the negatives, the part that is called positive */
  falsePositiveRate: number;
  /** of the positives, the part that is called positive: recall */
  truePositiveRate: number;
}

/** A curve with the area under it. */
export interface RocCurve {
  points: RocPoint[];
  /** chance that a positive scores higher than a negative, 0.5 for guessing; NaN without positives or negatives */
  area: number;
  /** undefined without positives or negatives */
  interval?: Interval;
  positives: number;
  negatives: number;
}

/**
 * The receiver operating characteristic (Fawcett 2006): true against false positives at every threshold.
 *
 * The area's interval is Newcombe's score interval (2006, "Confidence intervals for an effect size measure based on the
 * Mann-Whitney statistic", part 2, method 5): it stays in [0, 1] and does not collapse to a point for a perfect ranking, which
 * DeLong's does, and which small validation sets often give.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive
 * @param confidence of the interval; 0.95 unless told
 * @returns points from (0, 0), threshold Infinity, to (1, 1); NaN rates where there is nothing to divide by
 * @throws {UserError} if there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
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

/** The areas that the observed one is within z standard errors of, each with the error that area itself would have. */
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
