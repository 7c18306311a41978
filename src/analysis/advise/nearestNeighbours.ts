import { argmax } from '../../metrics/argmax';
import { tf } from '../../tensorflow';
import type { LabelledRows } from '../../training/logistic/labelledRows';

/** Rows that are compared with all others at a time, to bound the memory. */
const CHUNK = 512;

/**
 * Classify rows by k-NN (Fix and Hodges 1951): the class with the most of {@link neighbourVotes}. Of equal votes the lower class
 * index wins.
 *
 * @param known training rows
 * @param queries rows to classify
 * @param neighbours how many vote; all if there are fewer
 * @returns predicted class indices; [rows of `queries`]
 */
export function nearestNeighbours(known: LabelledRows, queries: LabelledRows, neighbours: number): Int32Array {
  const votes = neighbourVotes(known, queries, neighbours);
  return Int32Array.from({ length: queries.labels.length }, (_, row) => {
    return argmax(votes.subarray(row * known.classes, (row + 1) * known.classes));
  });
}

/**
 * The votes of the nearest rows for their classes, by cosine distance; each votes with the inverse of its distance (Dudani 1976).
 *
 * @returns the sum of the votes for each class; [rows of `queries`, classes], row by row
 */
export function neighbourVotes(
  known: LabelledRows,
  queries: Pick<LabelledRows, 'values' | 'length'>,
  neighbours: number,
): Float64Array {
  const k = Math.min(neighbours, known.labels.length);
  const { classes } = known;
  const count = queries.values.length / queries.length;
  const votes = new Float64Array(count * classes);
  const reference = tf.tidy(() => unit(known.values, known.length));
  try {
    for (let start = 0; start < count; start += CHUNK) {
      const part = queries.values.subarray(start * queries.length, (start + CHUNK) * queries.length);
      const [near, rows] = tf.tidy(() => {
        const { values, indices } = tf.topk(tf.matMul(unit(part, queries.length), reference, false, true), k);
        return [values.dataSync(), indices.dataSync()];
      });
      for (let i = 0; i < part.length / queries.length; i++) {
        for (let j = i * k; j < (i + 1) * k; j++) {
          // the same picture twice has a distance of rounding errors only
          votes[(start + i) * classes + known.labels[rows[j]!]!]! += 1 / Math.max(1 - near[j]!, 1e-6);
        }
      }
    }
  } finally {
    reference.dispose();
  }
  return votes;
}

/** Rows of length 1. */
function unit(values: Float32Array, length: number): tf.Tensor2D {
  const rows = tf.tensor2d(values, [values.length / length, length]);
  return rows.div(rows.norm('euclidean', 1, true).maximum(1e-12));
}
