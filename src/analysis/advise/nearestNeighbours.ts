import { tf } from '../../tensorflow';
import type { LabelledRows } from './labelledRows';

/** Rows compared with all others at once: bounds the memory. */
const CHUNK = 512;

/**
 * Classify by the nearest training rows (Fix and Hodges 1951), near in the angle between features; each votes with 1 over its
 * cosine distance (Dudani 1976), and of equal votes the lower class wins. Nothing is trained.
 *
 * @param neighbours how many vote; all if there are fewer
 * @returns predicted class indices; [rows of `asked`]
 */
export function nearestNeighbours(known: LabelledRows, asked: LabelledRows, neighbours: number): Int32Array {
  const k = Math.min(neighbours, known.labels.length);
  const predicted = new Int32Array(asked.labels.length);
  const reference = tf.tidy(() => unit(known.values, known.length));
  try {
    for (let start = 0; start < predicted.length; start += CHUNK) {
      const part = asked.values.subarray(start * asked.length, (start + CHUNK) * asked.length);
      const [near, rows] = tf.tidy(() => {
        const { values, indices } = tf.topk(tf.matMul(unit(part, asked.length), reference, false, true), k);
        return [values.dataSync(), indices.dataSync()];
      });
      for (let i = 0; i < part.length / asked.length; i++) {
        const votes = new Float64Array(known.classes);
        for (let j = i * k; j < (i + 1) * k; j++) {
          votes[known.labels[rows[j]!]!]! += 1 / Math.max(1 - near[j]!, 1e-6); // of the same picture twice: rounding, not distance
        }
        predicted[start + i] = votes.indexOf(Math.max(...votes));
      }
    }
  } finally {
    reference.dispose();
  }
  return predicted;
}

/** Rows of length 1. */
function unit(values: Float32Array, length: number): tf.Tensor2D {
  const rows = tf.tensor2d(values, [values.length / length, length]);
  return rows.div(rows.norm('euclidean', 1, true).maximum(1e-12));
}
