import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkIndex, checkPairs } from './check';
import { type Interval, wilsonInterval } from './interval';

/** The examples whose confidence lies in (from, to]. */
export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  /** mean probability of the predicted class; NaN for an empty bin */
  confidence: number;
  /** the part that is right, with its Wilson interval; undefined for an empty bin */
  accuracy?: Interval;
}

/** Whether probabilities mean what they say. */
export interface Calibration {
  bins: ReliabilityBin[];
  /** expected calibration error: mean distance of confidence and accuracy, weighted by the examples of each bin */
  error: number;
  /** the largest such distance of a bin */
  largest: number;
  /** mean negative log-likelihood of the true class, in nats */
  logLoss: number;
  /** mean squared distance of the probabilities to the truth, from 0 to 2 (Brier 1950) */
  brier: number;
  /** mean confidence minus accuracy: above 0 is overconfident */
  overconfidence: number;
}

/** A probability of 0 for what happened costs this much at most. */
const tiny = 2 ** -52;

/**
 * How far the confidence of predictions, the probability of the predicted class, is from how often they are right:
 * reliability bins and expected calibration error (Naeini et al. 2015; Guo et al. 2017).
 *
 * The error depends on the number of bins, and is above 0 by chance alone: with 150 examples and 10 bins by some 6 points.
 *
 * @param labels true class indices
 * @param probabilities rows that sum to 1 // [examples, classes]
 * @param bins of equal width; 10 unless told
 * @throws {UserError} if there are no examples, the lengths differ or a probability is none
 */
export function calibration(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<ArrayLike<number>>,
  bins = 10,
): Calibration {
  checkProbabilities('calibration', labels, probabilities);
  checkNumber('calibration: bins', bins, { min: 1, max: 1000, integer: true });
  const sums = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0 }));
  let logLoss = 0;
  let brier = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = Array.from(probabilities[i]!);
    const confidence = Math.max(...row);
    const sum = sums[Math.max(0, Math.ceil(confidence * bins) - 1)]!;
    sum.count++;
    sum.confidence += confidence;
    if (row.indexOf(confidence) === labels[i]) sum.right++;
    logLoss -= Math.log(Math.max(tiny, row[labels[i]!]!)) / labels.length;
    brier += row.reduce((total, p, c) => total + (p - (c === labels[i] ? 1 : 0)) ** 2, 0) / labels.length;
  }
  const filled = sums.filter(({ count }) => count > 0);
  const gap = ({ count, right, confidence }: (typeof sums)[number]) => (confidence - right) / count;
  const mean = (value: (sum: (typeof sums)[number]) => number) =>
    filled.reduce((total, sum) => total + (sum.count * value(sum)) / labels.length, 0);
  return {
    bins: sums.map(({ count, right, confidence }, b) => ({
      from: b / bins,
      to: (b + 1) / bins,
      count,
      confidence: confidence / count,
      ...(count > 0 && { accuracy: wilsonInterval(right, count) }),
    })),
    error: mean((sum) => Math.abs(gap(sum))),
    largest: Math.max(...filled.map((sum) => Math.abs(gap(sum)))),
    logLoss,
    brier,
    overconfidence: mean(gap),
  };
}

/** As many rows as labels, each with one probability from 0 to 1 a class, and labels of these classes, or a {@link UserError}. */
export function checkProbabilities(
  caller: string,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<ArrayLike<number>>,
): void {
  checkPairs(caller, labels, probabilities);
  for (let i = 0; i < labels.length; i++) checkIndex(caller, 'label', labels, i, probabilities[0]!.length);
  checkProbabilityRows(caller, probabilities);
}

/** Rows of one length, each of probabilities from 0 to 1 that sum to 1, or a {@link UserError}. */
export function checkProbabilityRows(caller: string, probabilities: ArrayLike<ArrayLike<number>>): void {
  for (let i = 0; i < probabilities.length; i++) {
    const classes = probabilities[0]!.length;
    const row = Array.from(probabilities[i]!);
    const wrong = row.length === classes ? row.find((p) => !(p >= 0 && p <= 1 + 1e-6)) : row.length;
    const sum = row.reduce((total, p) => total + p, 0);
    if (wrong === undefined && Math.abs(sum - 1) < 1e-3) continue;
    throw new UserError(
      `${caller}: row ${i} is no ${classes} probabilities that sum to 1: got ${row.slice(0, 6).join(', ')}${row.length > 6 ? ', ...' : ''} with the sum ${Number(sum.toPrecision(4))}; apply softmax to logits first`,
    );
  }
}
