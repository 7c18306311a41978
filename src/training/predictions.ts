import type { Example } from '../data';
import { type ClassificationSummary, type ConfusionMatrix, classificationSummary, confusionMatrix } from '../metrics';
import { argmax } from '../metrics/argmax';
import { tf } from '../tensorflow';

/** The prediction of a model for one labelled picture. */
export interface Prediction {
  /** The file of the picture. */
  file: string;
  /** The index of its class. */
  label: number;
  /** The index of the predicted class. */
  predicted: number;
  /** The probability of each class; they sum to 1. */
  probabilities: number[];
  /** The group of the picture. Only where the dataset has groups. */
  group?: string;
}

/** All metrics of predictions, with intervals that know groups, and their confusion matrix. */
export function summarizePredictions(
  predictions: readonly Prediction[],
  classes: readonly string[],
  confidence?: number,
): { summary: ClassificationSummary; confusion: ConfusionMatrix } {
  const labels = predictions.map(({ label }) => label);
  const probabilities = predictions.map((prediction) => prediction.probabilities);
  const predicted = predictions.map((prediction) => prediction.predicted);
  const groups = predictions.map(({ group }) => group);
  return {
    summary: classificationSummary(labels, probabilities, { groups, confidence }),
    confusion: confusionMatrix(labels, predicted, [...classes]),
  };
}

/** Predictions of pictures. @param logits [examples, classes], or [examples] for two classes */
export function toPredictions(examples: readonly Example[], logits: Float32Array, classes: number): Prediction[] {
  const probabilities = toProbabilities(logits, examples.length, classes);
  return examples.map(({ file, label, group }, i) => {
    const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
    return {
      file,
      label,
      predicted: argmax(row),
      probabilities: row,
      ...(group !== undefined && { group }),
    };
  });
}

/**
 * Turns logits into probabilities, by softmax, or by the logistic function where there is a single logit for two classes.
 *
 * @param logits [examples, classes], or [examples] for two classes, row by row
 * @param rows number of examples
 * @returns [examples, classes], row by row; each row sums to 1
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.toProbabilities(Float32Array.from([0]), 1, 2); // => Float32Array(2) [ 0.5, 0.5 ]
 * ```
 */
export function toProbabilities(logits: Float32Array, rows: number, classes: number): Float32Array {
  if (logits.length === rows * classes) return softmax(logits, classes);
  const both = new Float32Array(2 * logits.length); // softmax of (0, z) is (1 - sigmoid(z), sigmoid(z))
  logits.forEach((logit, i) => {
    both[2 * i + 1] = logit;
  });
  return softmax(both, 2);
}

/**
 * Turns logits into probabilities by softmax.
 *
 * @param logits [examples, classes], row by row
 * @returns [examples, classes]; each row sums to 1
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.softmax(Float32Array.from([1, 1, 3, 3]), 2); // => Float32Array(4) [ 0.5, 0.5, 0.5, 0.5 ]
 * ```
 */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  return tf.tidy(() => tf.softmax(tf.tensor2d(logits, [logits.length / classes, classes])).dataSync() as Float32Array);
}
