import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { checkIndex, checkPairs } from './check';
import { groupedAccuracy } from './groupedAccuracy';
import type { Interval } from './interval';

/** The predictions whose confidence lies above `from` and at most at `to`. */
export interface ReliabilityBin {
  /** Lower limit of the confidence, exclusive (but 0 belongs to the first bin). */
  from: number;
  /** Upper limit of the confidence, inclusive. */
  to: number;
  /** Number of predictions in the bin. */
  count: number;
  /** Mean probability of the predicted class, from 0 to 1; NaN for an empty bin. */
  confidence: number;
  /** Fraction of the predictions that are right, with its 95% interval, see `groupedAccuracy`; undefined for an empty bin. */
  accuracy?: Interval;
}

/** How well predicted probabilities agree with how often the predictions are right. */
export interface Calibration {
  /** Bins of equal width, from confidence 0 to 1. */
  bins: ReliabilityBin[];
  /**
   * Expected calibration error, from 0 to 1: the mean distance between confidence and accuracy over the bins,
   * weighted by their counts.
   */
  error: number;
  /** Maximum calibration error, from 0 to 1: the largest distance between confidence and accuracy of a bin. */
  largest: number;
  /** Mean negative log-likelihood of the true class, in nats. */
  logLoss: number;
  /**
   * Brier score (Brier 1950), from 0 to 2: the mean squared distance between the probabilities and the one-hot
   * label.
   */
  brier: number;
  /** Mean confidence minus accuracy: above 0 the model is overconfident, below 0 underconfident. */
  overconfidence: number;
}

/** The lowest probability that enters the log loss, so that it stays finite. */
const tiny = 2 ** -52;

/**
 * Compare the confidence of predictions (the probability of the predicted class) with how often they are right:
 * reliability bins, expected calibration error (Naeini et al. 2015; Guo et al. 2017), log loss and Brier score.
 *
 * The expected calibration error depends on the number of bins, and a perfectly calibrated model has one above 0 by chance:
 * about 0.06 with 150 examples and 10 bins.
 *
 * @param labels true class indices
 * @param probabilities shape `[examples, classes]`; each row sums to 1
 * @param bins number of bins of equal width, from 1 to 1000. Default: 10
 * @param groups the group of each example, undefined for one without a group, which the intervals allow for. Default: no groups
 * @throws {UserError} when there are no examples, the lengths differ, or a row does not hold probabilities that sum to 1
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const probabilities = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]];
 * const { error, overconfidence } = metrics.calibration([0, 1, 1, 1], probabilities);
 * error.toFixed(2); // => '0.40'
 * overconfidence.toFixed(2); // => '0.00'
 * ```
 */
export function calibration(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<ArrayLike<number>>,
  bins = 10,
  groups?: ArrayLike<string | undefined>,
): Calibration {
  checkProbabilities('calibration', labels, probabilities);
  if (groups && groups.length !== labels.length) {
    throw new UserError(
      `calibration: got ${labels.length} labels and ${groups.length} groups; give one for each, undefined for none`,
    );
  }
  checkNumber('calibration: bins', bins, { min: 1, max: 1000, integer: true });
  const sums = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0, members: [] as number[] }));
  const right = new Array<boolean>(labels.length);
  let logLoss = 0;
  let brier = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = Array.from(probabilities[i]!);
    const confidence = Math.max(...row);
    const sum = sums[Math.max(0, Math.ceil(confidence * bins) - 1)]!;
    sum.count++;
    sum.confidence += confidence;
    sum.members.push(i);
    right[i] = row.indexOf(confidence) === labels[i];
    if (right[i]) sum.right++;
    logLoss -= Math.log(Math.max(tiny, row[labels[i]!]!)) / labels.length;
    brier += row.reduce((total, p, c) => total + (p - (c === labels[i] ? 1 : 0)) ** 2, 0) / labels.length;
  }
  const filled = sums.filter(({ count }) => count > 0);
  const gap = ({ count, right, confidence }: (typeof sums)[number]) => (confidence - right) / count;
  const mean = (value: (sum: (typeof sums)[number]) => number) =>
    filled.reduce((total, sum) => total + (sum.count * value(sum)) / labels.length, 0);
  return {
    bins: sums.map(({ count, confidence, members }, b) => ({
      from: b / bins,
      to: (b + 1) / bins,
      count,
      confidence: confidence / count,
      ...(count > 0 && {
        accuracy: intervalOf(
          groupedAccuracy(
            members.map((i) => right[i]!),
            members.map((i) => groups?.[i]),
          ),
        ),
      }),
    })),
    error: mean((sum) => Math.abs(gap(sum))),
    largest: Math.max(...filled.map((sum) => Math.abs(gap(sum)))),
    logLoss,
    brier,
    overconfidence: mean(gap),
  };
}

const intervalOf = ({ estimate, low, high, confidence }: Interval): Interval => ({ estimate, low, high, confidence });

/**
 * Check labels against rows of probabilities.
 *
 * @throws {UserError} unless there is one row for each label, every label is one of the classes, and rows hold probabilities
 */
export function checkProbabilities(
  caller: string,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<ArrayLike<number>>,
): void {
  checkPairs(caller, labels, probabilities);
  for (let i = 0; i < labels.length; i++) checkIndex(caller, 'label', labels, i, probabilities[0]!.length);
  checkProbabilityRows(caller, probabilities);
}

/** @throws {UserError} unless all rows have one length, and values from 0 to 1 that sum to 1 */
export function checkProbabilityRows(caller: string, probabilities: ArrayLike<ArrayLike<number>>): void {
  for (let i = 0; i < probabilities.length; i++) {
    const classes = probabilities[0]!.length;
    const row = Array.from(probabilities[i]!);
    const wrong = row.length === classes ? row.find((p) => !(p >= 0 && p <= 1 + 1e-6)) : row.length;
    const sum = row.reduce((total, p) => total + p, 0);
    if (wrong === undefined && Math.abs(sum - 1) < 1e-3) continue;
    throw new UserError(
      `${caller}: row ${i} must be ${classes} probabilities that sum to 1, got ${row.slice(0, 6).join(', ')}${row.length > 6 ? ', ...' : ''} with the sum ${Number(sum.toPrecision(4))}; apply softmax to logits first`,
    );
  }
}
