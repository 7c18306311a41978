import { tf } from '../../tensorflow';
import type { LabelledRows } from './labelledRows';

/** Rows that are compared with all others at a time, to bound the memory. */
const CHUNK = 512;

/**
 * Classify rows by k-NN (Fix and Hodges 1951) with cosine distance; each neighbour votes with the inverse of its distance
 * (Dudani 1976), and of equal votes the lower class index wins.
 *
 * @param known training rows
 * @param queries rows to classify
 * @param neighbours how many vote; all if there are fewer
 * @returns predicted class indices; [rows of `queries`]
 */
export function nearestNeighbours(known: LabelledRows, queries: LabelledRows, neighbours: number): Int32Array {
  const k = Math.min(neighbours, known.labels.length);
  const predicted = new Int32Array(queries.labels.length);
  const reference = tf.tidy(() => unit(known.values, known.length));
  try {
    for (let start = 0; start < predicted.length; start += CHUNK) {
      const part = queries.values.subarray(start * queries.length, (start + CHUNK) * queries.length);
      const [near, rows] = tf.tidy(() => {
        const { values, indices } = tf.topk(tf.matMul(unit(part, queries.length), reference, false, true), k);
        return [values.dataSync(), indices.dataSync()];
      });
      for (let i = 0; i < part.length / queries.length; i++) {
        const votes = new Float64Array(known.classes);
        for (let j = i * k; j < (i + 1) * k; j++) {
          votes[known.labels[rows[j]!]!]! += 1 / Math.max(1 - near[j]!, 1e-6); // the same picture twice has a distance of rounding errors only
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
