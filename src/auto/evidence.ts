import { signed } from '../core/text';
import { logProbabilities } from '../metrics';
import { meanOf } from '../metrics/mean';
import { pairedDifference } from '../metrics/pairedDifference';
import { scaledLosses } from '../metrics/temperature';
import type { Prediction } from '../training';

/** How a model compares with the best one so far, on the same validation pictures. */
export interface Comparison {
  /** Whether it is better, by the rule of {@link compareOnPictures}. */
  better: boolean;
  /** Mean difference of the log loss a picture, at the temperature that suits each model best; negative where it is better. */
  difference: number;
  /** Standard error of this difference; pictures of a group count as one. */
  error: number;
  /** The reason, in words. */
  reason: string;
}

/**
 * Decides whether a model is better than another one on validation pictures of both: its log loss is lower by more than one standard
 * error of the paired difference (the one-standard-error rule of Breiman et al. 1984), and its accuracy is not lower by more than that
 * of its own. So the model that came first, which is the simpler and cheaper one, stays until there is evidence against it.
 *
 * The log loss is taken at the temperature that suits each model best (Guo et al. 2017): it sees more than the accuracy, and
 * overconfidence, which temperature scaling removes, does not count.
 *
 * @param best predictions of the best model so far
 * @param other predictions of the same pictures, in any order
 */
export function compareOnPictures(best: readonly Prediction[], other: readonly Prediction[]): Comparison {
  const byFile = new Map(other.map((each) => [each.file, each]));
  const paired = best.map(({ file }) => byFile.get(file));
  const none = { better: false, difference: Number.NaN, error: Number.NaN };
  if (best.length === 0 || paired.some((each) => each === undefined)) {
    return { ...none, reason: 'it did not predict all validation pictures' };
  }
  const own = paired as Prediction[];
  if (!own.every(({ probabilities }) => probabilities.every(Number.isFinite))) {
    return { ...none, reason: 'its loss is not finite' };
  }
  const [before, after] = [lossesOf(best), lossesOf(own)];
  const groups = best.map(({ group }) => group);
  const { mean, error } = pairedDifference(
    after.map((loss, i) => loss - before[i]!),
    groups,
  );
  const gain = pairedDifference(
    own.map((each, i) => Number(isRight(each)) - Number(isRight(best[i]!))),
    groups,
  );
  const [first, second] = [accuracyOf(best), accuracyOf(own)];
  const measured = `log loss ${signed(mean)} ± ${error.toFixed(3)}, accuracy ${second.toFixed(3)} after ${first.toFixed(3)}`;
  const numbers = { difference: mean, error };
  // one picture alone is exactly one standard error, up to rounding
  if (gain.mean < -gain.error * (1 + 1e-9))
    return { ...numbers, better: false, reason: `its accuracy is lower beyond chance (${measured})` };
  if (!(mean < -error)) return { ...numbers, better: false, reason: `it is not better beyond chance (${measured})` };
  return { ...numbers, better: true, reason: `it is better (${measured})` };
}

/** The part of the predictions that is right. */
export const accuracyOf = (predictions: readonly Prediction[]): number =>
  predictions.filter(isRight).length / predictions.length;

const isRight = ({ label, predicted }: Prediction) => label === predicted;

/** The mean log loss of predictions at the temperature that suits them best. */
export function scaledLoss(predictions: readonly Prediction[]): number {
  return meanOf(lossesOf(predictions));
}

function lossesOf(predictions: readonly Prediction[]): number[] {
  const labels = predictions.map(({ label }) => label);
  const logits = logProbabilities(predictions.map(({ probabilities }) => normalized(probabilities)));
  return scaledLosses(labels, logits);
}

/** Probabilities that were read from a file sum to 1 up to rounding. */
function normalized(probabilities: readonly number[]): number[] {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  return probabilities.map((p) => p / sum);
}
