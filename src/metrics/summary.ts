import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { argmax } from './argmax';
import { type Baseline, baselineOf } from './baseline';
import { calibration, checkProbabilities } from './calibration';
import { clusterBootstrap } from './clusterBootstrap';
import { type GroupedAccuracy, groupedAccuracy, groupMembers } from './groupedAccuracy';
import type { Interval } from './interval';
import { meanOf } from './mean';
import { checkConfidence } from './normal';

/** The quality of predictions, in metrics that apply to any classifier. */
export interface ClassificationSummary {
  /** Number of examples. */
  examples: number;
  /** Fraction of the examples that are right, with an interval that accounts for groups. */
  accuracy: GroupedAccuracy;
  /** The most frequent true class, and the accuracy of always predicting it. */
  baseline: Baseline;
  /** Mean of the classes' recalls, from 0 to 1: every class counts the same. */
  balancedAccuracy: Interval;
  /** Mean of the classes' F1 scores, from 0 to 1, over the classes that occur among the labels or the predictions. */
  macroF1: Interval;
  /**
   * Mean over the classes of the area under the ROC curve of each class against the rest, from 0 to 1; undefined where all
   * examples are of one class. Two classes have one curve.
   */
  auc?: Interval;
  /** Mean negative log-likelihood of the true class, in nats. */
  logLoss: Interval;
  /** Expected calibration error in ten bins, from 0 to 1. */
  calibrationError: number;
}

/** Options of `classificationSummary`. */
export interface SummaryOptions {
  /** Group of each example, undefined for one without a group // [examples]. Default: no groups */
  groups?: readonly (string | undefined)[];
  /** Confidence level of the intervals, between 0 and 1. Default: 0.95 */
  confidence?: number;
}

/** The largest product of examples, classes and resamples: more would take minutes. */
const MOST_WORK = 4e8;
const LEAST_RESAMPLES = 200;

/**
 * Summarize the quality of predictions in the usual metrics, each with a confidence interval: accuracy beside the accuracy of always
 * predicting the most frequent class, balanced accuracy, macro F1, area under the ROC curve, log loss and calibration error.
 *
 * The interval of the accuracy is that of `groupedAccuracy`; the others are percentile bootstrap intervals of 1,000 resamples of
 * whole groups (200 or more where there are many examples and classes), which are too narrow below about 20 groups.
 *
 * @param labels class index of each example // [examples]
 * @param probabilities of each class // [examples, classes]
 * @throws {UserError} when there are no examples, a label is not a class, or a row is not a distribution
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const summary = metrics.classificationSummary([0, 0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.4, 0.6], [0.7, 0.3]]);
 * [summary.accuracy.estimate, summary.baseline.accuracy, summary.auc?.estimate]; // => [ 0.75, 0.5, 0.75 ]
 * ```
 */
export function classificationSummary(
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
  options?: SummaryOptions,
): ClassificationSummary {
  return summaryWithin(MOST_WORK, labels, probabilities, options);
}

/** {@link classificationSummary} with at most so many products of examples, classes and resamples. */
export function summaryWithin(
  mostWork: number,
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
  options?: SummaryOptions,
): ClassificationSummary {
  const { groups, confidence } = withDefaults<SummaryOptions>('classificationSummary', options, {
    groups: undefined,
    confidence: 0.95,
  });
  checkConfidence('classificationSummary', confidence!);
  checkProbabilities('classificationSummary', labels, probabilities);
  if (groups && groups.length !== labels.length) {
    throw new UserError(
      `classificationSummary: got ${labels.length} labels and ${groups.length} groups; give one for each, undefined for none`,
    );
  }
  const classes = probabilities[0]!.length;
  const predicted = probabilities.map((row) => argmax(row));
  const right = predicted.map((index, i) => index === labels[i]);
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  const members = groupMembers(labels.length, groups);
  const losses = probabilities.map((row, i) => -Math.log(Math.max(2 ** -52, row[labels[i]!]!)));
  const rankings = rankingsOf(labels, probabilities, counts);
  const work = labels.length * Math.max(classes, 10);
  const resamples = Math.max(LEAST_RESAMPLES, Math.min(1000, Math.floor(mostWork / work)));
  const [balancedAccuracy, macroF1, logLoss, auc] = clusterBootstrap(
    members,
    labels.length,
    (weights) => [
      ...scoresOf(labels, predicted, weights, classes),
      weightedMean(losses, weights),
      meanOf(rankings.map((ranking) => weightedArea(ranking, weights))),
    ],
    { confidence, resamples },
  );
  return {
    examples: labels.length,
    accuracy: groupedAccuracy(right, groups, confidence),
    baseline: baselineOf(labels),
    balancedAccuracy: balancedAccuracy!,
    macroF1: macroF1!,
    ...(auc && { auc }),
    logLoss: logLoss!,
    calibrationError: calibration(labels, probabilities).error,
  };
}

/** Macro F1 and mean area under the ROC curves alone, without intervals: what is watched in training. The area may be NaN. */
export function monitoredMetrics(
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
): { macroF1: number; auc: number } {
  const classes = probabilities[0]!.length;
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  const predicted = probabilities.map((row) => argmax(row));
  const weights = new Float64Array(labels.length).fill(1);
  const [, macroF1] = scoresOf(labels, predicted, weights, classes);
  const areas = rankingsOf(labels, probabilities, counts).map((ranking) => weightedArea(ranking, weights));
  return { macroF1: macroF1!, auc: meanOf(areas) };
}

/** Balanced accuracy and macro F1 of weighted examples. */
function scoresOf(labels: readonly number[], predicted: readonly number[], weights: Float64Array, classes: number) {
  const [support, chosen, right] = [0, 1, 2].map(() => new Float64Array(classes));
  for (let i = 0; i < labels.length; i++) {
    const weight = weights[i]!;
    support![labels[i]!]! += weight;
    chosen![predicted[i]!]! += weight;
    if (labels[i] === predicted[i]) right![labels[i]!]! += weight;
  }
  const recalls: number[] = [];
  const scores: number[] = [];
  for (let c = 0; c < classes; c++) {
    if (support![c]! > 0) recalls.push(right![c]! / support![c]!);
    if (support![c]! + chosen![c]! > 0) scores.push((2 * right![c]!) / (support![c]! + chosen![c]!));
  }
  return [meanOf(recalls), meanOf(scores)];
}

function weightedMean(values: readonly number[], weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (const [i, value] of values.entries()) {
    sum += weights[i]! * value;
    total += weights[i]!;
  }
  return sum / total;
}

/** The examples by rising score of one class; `last` marks the last of those with equal scores. */
interface Ranking {
  order: Int32Array;
  last: Uint8Array;
  positive: Uint8Array;
}

/** One ranking for each class that has examples and counterexamples; one for two classes, whose curves are the same. */
function rankingsOf(
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
  counts: readonly number[],
): Ranking[] {
  const known = [...counts.keys()].filter((c) => counts[c]! > 0 && counts[c]! < labels.length);
  return (counts.length === 2 ? known.slice(1) : known).map((c) => {
    const order = Int32Array.from(labels.keys()).sort((a, b) => probabilities[a]![c]! - probabilities[b]![c]!);
    return {
      order,
      last: Uint8Array.from(order, (i, place) => {
        const next = order[place + 1];
        return next === undefined || probabilities[next]![c] !== probabilities[i]![c] ? 1 : 0;
      }),
      positive: Uint8Array.from(order, (i) => (labels[i] === c ? 1 : 0)),
    };
  });
}

/** The area under the ROC curve: the share of pairs of a positive and a negative in right order, ties counting half. */
function weightedArea({ order, last, positive }: Ranking, weights: Float64Array): number {
  let negatives = 0; // with lower scores
  let positives = 0;
  let pairs = 0;
  let tiedPositives = 0;
  let tiedNegatives = 0;
  for (let place = 0; place < order.length; place++) {
    const weight = weights[order[place]!]!;
    if (positive[place]) tiedPositives += weight;
    else tiedNegatives += weight;
    if (!last[place]) continue;
    pairs += tiedPositives * (negatives + tiedNegatives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return pairs / (positives * negatives);
}
