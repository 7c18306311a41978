import { singularValues, tf } from '../../tensorflow';
import type { LabelledRows } from '../../training/logistic/labelledRows';

/** The most steps of the fixed-point iteration; about five are usual. */
const STEPS = 100;

/**
 * LogME (You et al. 2021, LogME: Practical Assessment of Pre-trained Models for Transfer Learning): the logarithm of how likely
 * the labels are under a Bayesian linear model on the features, for the best precisions of its prior and its noise; per picture,
 * averaged over one-versus-rest models of the classes. The higher the better; it compares features of the same pictures,
 * and has no meaning by itself.
 *
 * The model is that of linear regression without intercept (MacKay 1992; Bishop 2006, section 3.5); its precisions are found as there by
 * fixed-point iteration.
 */
export function logMe({ values, length, labels, classes }: LabelledRows): number {
  const rows = labels.length;
  const { sizes, projections } = tf.tidy(() => {
    const { values: singular, left } = singularValues(tf.tensor2d(values, [rows, length]));
    const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat() as tf.Tensor2D;
    const projected = tf.matMul(left, targets, true); // [k, classes]
    return { sizes: singular.dataSync(), projections: projected.arraySync() as number[][] };
  });
  const squares = Float64Array.from(sizes, (size) => size * size);
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  let sum = 0;
  let present = 0;
  for (let c = 0; c < classes; c++) {
    if (counts[c] === 0) continue;
    sum +=
      logEvidence(
        squares,
        Float64Array.from(projections, (row) => row[c]! ** 2),
        counts[c]!,
        rows,
        length,
      ) / rows;
    present++;
  }
  return sum / present;
}

/**
 * @param squares of the singular values of the features; [k]
 * @param inside squares of the targets' parts along the left singular vectors; [k]
 * @param total the targets' sum of squares
 */
function logEvidence(squares: Float64Array, inside: Float64Array, total: number, rows: number, length: number): number {
  const outside = Math.max(
    0,
    inside.reduce((left, square) => left - square, total),
  );
  let [alpha, beta] = [1, 1]; // precision of the weights, precision of the noise
  let evidence = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < STEPS; step++) {
    let effective = 0; // parameters that the data decide: gamma in the papers
    let weights = 0; // squared norm of the mean weights
    let residual = outside;
    let determinant = (length - squares.length) * Math.log(alpha);
    squares.forEach((square, i) => {
      const precision = alpha + beta * square;
      effective += (beta * square) / precision;
      weights += (beta * beta * square * inside[i]!) / precision ** 2;
      residual += inside[i]! * (alpha / precision) ** 2;
      determinant += Math.log(precision);
    });
    const before = evidence;
    evidence =
      (length / 2) * Math.log(alpha) +
      (rows / 2) * Math.log(beta / (2 * Math.PI)) -
      (beta / 2) * residual -
      (alpha / 2) * weights -
      determinant / 2;
    if (Math.abs(evidence - before) < 1e-6 * rows) break;
    alpha = effective / Math.max(weights, 1e-12);
    beta = (rows - effective) / Math.max(residual, 1e-12);
  }
  return evidence;
}
