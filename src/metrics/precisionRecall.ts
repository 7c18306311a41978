import { type Interval, proportionInterval } from './interval';
import { checkConfidence } from './normal';
import { rankByScore } from './ranking';

/** What is called positive from `threshold` up. */
export interface PrecisionRecallPoint {
  threshold: number;
  /** of what is called positive, the part that is */
  precision: number;
  /** of the positives, the part that is called positive */
  recall: number;
}

export interface PrecisionRecallCurve {
  /** from the highest threshold, where little is found, to the lowest, where everything is called positive */
  points: PrecisionRecallPoint[];
  /** mean precision over the recall won step by step; guessing gives `prevalence`; NaN without positives */
  averagePrecision: number;
  /** undefined without positives */
  interval?: Interval;
  /** part of the examples that is positive */
  prevalence: number;
  positives: number;
  negatives: number;
}

/**
 * Precision against recall at every threshold. Of use where positives are rare and a ROC curve flatters (Saito and
 * Rehmsmeier 2015).
 *
 * The area is the average precision, a sum of steps without interpolation (Davis and Goadrich 2006 say why not). Its
 * interval takes it as a proportion of the positives (Boyd, Eng and Page 2013), with Wilson's limits, which do not collapse
 * at 1.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param scores the higher, the more likely positive
 * @param confidence of the interval; 0.95 unless told
 * @throws {UserError} if there are no examples, the lengths differ, a label is neither 0 nor 1 or a score is NaN
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
