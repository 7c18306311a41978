import { type Interval, proportionInterval } from './interval';
import { checkConfidence } from './normal';
import { rankByScore } from './ranking';

/** Precision and recall when every example with a score of at least `threshold` is predicted positive. */
export interface PrecisionRecallPoint {
  /** The lowest score that is predicted positive. */
  threshold: number;
  /** Fraction of the predicted positives that are positive, from 0 to 1. */
  precision: number;
  /** Fraction of the positives that are predicted positive, from 0 to 1. */
  recall: number;
}

/** A precision-recall curve with the area under it. */
export interface PrecisionRecallCurve {
  /** From the highest threshold (low recall) to the lowest (recall 1). */
  points: PrecisionRecallPoint[];
  /**
   * Average precision, from 0 to 1: the sum over the points of precision times gain in recall. A random ranking
   * gives `prevalence`; NaN without positives.
   */
  averagePrecision: number;
  /** Confidence interval of `averagePrecision`; undefined without positives. */
  interval?: Interval;
  /** Fraction of the examples that are positive, from 0 to 1. */
  prevalence: number;
  /** Number of positive examples. */
  positives: number;
  /** Number of negative examples. */
  negatives: number;
}

/**
 * Precision and recall at every threshold. More informative than a ROC curve where positives are rare (Saito and
 * Rehmsmeier 2015).
 *
 * The area under the curve is the average precision, which does not interpolate between points (Davis and Goadrich 2006). Its
 * interval treats it as a proportion of the positives (Boyd, Eng and Page 2013), with Wilson's limits, which keep a width
 * when the average precision is 1.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive: probabilities or logits
 * @param confidence confidence level of the interval, between 0 and 1. Default: 0.95
 * @throws {UserError} when there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const { averagePrecision, points } = metrics.precisionRecallCurve([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * averagePrecision.toFixed(3); // => '0.833'
 * points[0]; // => { threshold: 0.9, precision: 1, recall: 0.5 }
 * ```
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  confidence = 0.95,
): PrecisionRecallCurve {
  checkConfidence('precisionRecallCurve', confidence);
  const { positives, negatives, cuts } = rankByScore('precisionRecallCurve', labels, scores);
  const points = cuts.map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / positives,
  }));
  let averagePrecision = 0;
  let before = 0;
  for (const { precision, recall } of points) {
    averagePrecision += precision * (recall - before);
    before = recall;
  }
  return {
    points,
    averagePrecision: positives > 0 ? averagePrecision : Number.NaN,
    ...(positives > 0 && { interval: proportionInterval(averagePrecision, positives, confidence) }),
    prevalence: positives / (positives + negatives),
    positives,
    negatives,
  };
}
