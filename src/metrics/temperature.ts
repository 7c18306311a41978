import { UserError } from '../core/errors';
import { checkProbabilityRows } from './calibration';
import { checkIndex, checkPairs, checkRow } from './check';
import { bisect } from './normal';

/** The range of the search: beyond it probabilities are practically 0 and 1, or practically equal. */
const range = { low: 0.02, high: 50 };

/**
 * Fit the temperature of temperature scaling (Guo et al. 2017): the number that logits are divided by so that their softmax
 * has the lowest log loss. Above 1 the model was overconfident, below 1 underconfident. The predicted classes do not change.
 *
 * As only one number is fitted, the validation set may be used for it; the calibration error measured on it afterwards is
 * slightly lower than on new pictures.
 *
 * @param labels true class indices
 * @param logits shape `[examples, classes]`; log probabilities give the same result
 * @returns from 0.02 to 50; near 0.02 when every prediction is right, near 50 when more confident predictions are more often
 *   wrong
 * @throws {UserError} when there are no examples, the lengths differ or a logit is not finite
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const logits = [[4, 0], [4, 0], [4, 0], [0, 4]];
 * const temperature = metrics.fitTemperature([0, 0, 1, 1], logits);
 * temperature.toFixed(2); // => '3.64'
 * ```
 */
export function fitTemperature(labels: ArrayLike<number>, logits: ArrayLike<ArrayLike<number>>): number {
  checkPairs('fitTemperature', labels, logits);
  for (let i = 0; i < labels.length; i++) {
    checkRow('fitTemperature', logits, i, logits[0]!.length);
    checkIndex('fitTemperature', 'label', labels, i, logits[0]!.length);
    if (!Array.from(logits[i]!).every(Number.isFinite))
      throw new UserError(`fitTemperature: row ${i} has a logit that is not finite`);
  }
  // The loss is convex in 1/T; its derivative is the expected logit under the softmax minus the logit of the true class.
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
 * The softmax of logits (or of log probabilities) divided by a temperature.
 *
 * @param logits shape `[examples, classes]`
 * @param temperature above 0; 1 gives the plain softmax
 * @returns probabilities, shape `[examples, classes]`
 * @throws {UserError} when the temperature is not above 0, a logit is NaN or Infinity, or all logits of a row are -Infinity
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.softmaxAt([[2, 0]], 1)[0]?.map((p) => p.toFixed(2)); // => [ '0.88', '0.12' ]
 * metrics.softmaxAt([[2, 0]], 4)[0]?.map((p) => p.toFixed(2)); // => [ '0.62', '0.38' ]
 * ```
 */
export function softmaxAt(logits: ArrayLike<ArrayLike<number>>, temperature: number): number[][] {
  if (!(temperature > 0)) throw new UserError(`softmaxAt: temperature must be above 0, got ${temperature}`);
  return Array.from(logits, (row, i) => {
    const values = Array.from(row);
    if (!Number.isFinite(Math.max(...values)))
      throw new UserError(
        `softmaxAt: row ${i} has a logit that is not a finite number: ${values.slice(0, 6).join(', ')}`,
      );
    return softmaxRow(values, temperature);
  });
}

/**
 * The natural logarithm of probabilities, which serves as logits for {@link fitTemperature}. A probability below 1e-12 counts
 * as 1e-12.
 *
 * @param probabilities shape `[examples, classes]`; each row sums to 1
 * @throws {UserError} when a row does not hold probabilities that sum to 1
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * metrics.logProbabilities([[1, 0]])[0]?.map((p) => p.toFixed(1)); // => [ '0.0', '-27.6' ]
 * ```
 */
export function logProbabilities(probabilities: ArrayLike<ArrayLike<number>>): number[][] {
  checkProbabilityRows('logProbabilities', probabilities);
  return Array.from(probabilities, (row) => Array.from(row, (p) => Math.log(Math.max(p, 1e-12))));
}

/**
 * The log loss of each example at the temperature that makes their mean smallest: what a model knows, however confident it is.
 *
 * @param logits shape `[examples, classes]`; log probabilities give the same
 */
export function scaledLosses(labels: ArrayLike<number>, logits: readonly (readonly number[])[]): number[] {
  const probabilities = softmaxAt(logits, fitTemperature(labels, logits));
  return probabilities.map((row, i) => -Math.log(Math.max(row[labels[i]!]!, 1e-12)));
}

function softmaxRow(row: readonly number[], temperature: number): number[] {
  const highest = Math.max(...row);
  const powers = row.map((logit) => Math.exp((logit - highest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
