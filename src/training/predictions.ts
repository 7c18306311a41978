import type { Example } from '../data';
import { tf } from '../tensorflow';

/** What the model said of one validation picture. */
export interface Prediction {
  file: string;
  label: number;
  predicted: number;
  /** by class, summing to 1 */
  probabilities: number[];
}

/** @param logits [examples x classes], or [examples] for two classes */
export function toPredictions(examples: readonly Example[], logits: Float32Array, classes: number): Prediction[] {
  const probabilities = toProbabilities(logits, examples.length, classes);
  return examples.map(({ file, label }, i) => {
    const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
    return { file, label, predicted: row.indexOf(Math.max(...row)), probabilities: row };
  });
}

/** Logits to probabilities: of each class, or a single one of the second of two; [rows x classes]. */
export function toProbabilities(logits: Float32Array, rows: number, classes: number): Float32Array {
  if (logits.length === rows * classes) return softmax(logits, classes);
  const both = new Float32Array(2 * logits.length); // softmax of (0, z) is (1 - sigmoid(z), sigmoid(z))
  logits.forEach((logit, i) => {
    both[2 * i + 1] = logit;
  });
  return softmax(both, 2);
}

/** Logits to probabilities, row by row; [rows x classes]. */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  return tf.tidy(() => tf.softmax(tf.tensor2d(logits, [logits.length / classes, classes])).dataSync() as Float32Array);
}
