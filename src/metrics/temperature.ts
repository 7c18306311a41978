import { UserError } from '../core/errors';
import { checkProbabilityRows } from './calibration';
import { checkIndex, checkPairs, checkRow } from './check';
import { bisect } from './normal';

/** Temperatures that are looked at; beyond them probabilities are as good as certain, or as good as equal. */
const range = { low: 0.02, high: 50 };

/**
 * The temperature T by which logits are divided so that their softmax fits the truth best: temperature scaling (Guo et
 * al. 2017). Above 1 the model was too sure of itself. Predicted classes stay as they are.
 *
 * One number is fitted, so the pictures may be those of the validation set; the error that is left on them is a little
 * lower than on new ones.
 *
 * @param labels true class indices
 * @param logits one row an example; log probabilities do as well // [examples, classes]
 * @returns from 0.02 to 50; near the ends where every prediction is right, or the more wrong the surer
 * @throws {UserError} if there are no examples, the lengths differ or a logit is not finite
 */
export function fitTemperature(labels: ArrayLike<number>, logits: ArrayLike<ArrayLike<number>>): number {
  checkPairs('fitTemperature', labels, logits);
  for (let i = 0; i < labels.length; i++) {
    checkRow('fitTemperature', logits, i, logits[0]!.length);
    checkIndex('fitTemperature', 'label', labels, i, logits[0]!.length);
    if (!Array.from(logits[i]!).every(Number.isFinite))
      throw new UserError(`fitTemperature: row ${i} has a logit that is not finite`);
  }
  // The loss is convex in 1/T; its slope is the mean logit of the softmax minus that of the truth.
  const slope = (inverse: number) => {
    let sum = 0;
    for (let i = 0; i < labels.length; i++) {
      const row = Array.from(logits[i]!);
      const expected = softmaxRow(row, 1 / inverse).reduce((total, p, c) => total + p * row[c]!, 0);
      sum += expected - row[labels[i]!]!;
    }
    return sum;
  };
  return 1 / bisect(1 / range.high, 1 / range.low, (inverse) => slope(inverse) < 0);
}

/**
 * Probabilities of logits (or of log probabilities) at a temperature.
 *
 * @param logits one row an example // [examples, classes]
 * @param temperature above 0; 1 is the plain softmax
 * @throws {UserError} if the temperature is not above 0, a logit is NaN or Infinity, or all of a row are -Infinity
 */
export function softmaxAt(logits: ArrayLike<ArrayLike<number>>, temperature: number): number[][] {
  if (!(temperature > 0)) throw new UserError(`softmaxAt: temperature must be above 0, got ${temperature}`);
  return Array.from(logits, (row, i) => {
    const values = Array.from(row);
    if (!Number.isFinite(Math.max(...values)))
      throw new UserError(`softmaxAt: row ${i} has a logit that is no finite number: ${values.slice(0, 6).join(', ')}`);
    return softmaxRow(values, temperature);
  });
}

/**
 * Probabilities as logits, for {@link fitTemperature}: a probability of 0 counts as 1e-12.
 *
 * @param probabilities rows that sum to 1 // [examples, classes]
 * @throws {UserError} if a row is none
 */
export function logProbabilities(probabilities: ArrayLike<ArrayLike<number>>): number[][] {
  checkProbabilityRows('logProbabilities', probabilities);
  return Array.from(probabilities, (row) => Array.from(row, (p) => Math.log(Math.max(p, 1e-12))));
}

function softmaxRow(row: readonly number[], temperature: number): number[] {
  const highest = Math.max(...row);
  const powers = row.map((logit) => Math.exp((logit - highest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
