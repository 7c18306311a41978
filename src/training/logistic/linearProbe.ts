import { tf } from '../../tensorflow';
import type { LabelledRows } from './labelledRows';
import { minimize } from './minimize';

export interface LinearProbe {
  /** logits of rows; [rows, classes], row-major */
  predict(rows: Pick<LabelledRows, 'values' | 'length'>): Float32Array;
  /** sum of the losses times `strength`, plus half the squared norm of the weights */
  objective: number;
  /** weights for features as they are, neither centred nor scaled; [length, classes], row-major */
  kernel: Float32Array;
  /** intercepts for features as they are; [classes] */
  bias: Float32Array;
}

/**
 * A linear probe: multinomial logistic regression on frozen features (Alain and Bengio 2016), with an L2 penalty on the weights,
 * not on the intercepts. Minimized: strength x sum of cross-entropies + |weights|^2 / 2, as in scikit-learn, whose C is
 * the strength. The minimum is unique, so the result depends on no seed.
 *
 * Each feature is centred and scaled by the training rows first, so that rows have a squared length of about 1.
 *
 * @param strength weight of the data against the penalty
 * @param tolerance how near the minimum it ends: the largest derivative of the sum of losses. Default: 1e-4, exact to the last digits shown
 */
export function linearProbe(
  { values, length, labels, classes }: LabelledRows,
  strength: number,
  tolerance = 1e-4,
): LinearProbe {
  const rows = labels.length;
  const { x, mean, scale, y } = tf.tidy(() => {
    const raw = tf.tensor2d(values, [rows, length]);
    const { mean, variance } = tf.moments(raw, 0, true);
    const scale = variance.sqrt().maximum(1e-6).mul(Math.sqrt(length)); // [1, length]
    return { x: raw.sub(mean).div(scale) as tf.Tensor2D, mean: mean as tf.Tensor2D, scale, y: oneHot(labels, classes) };
  });

  const objective = (parameters: Float64Array) => {
    const [loss, gradient, biasGradient] = tf.tidy(() => {
      const { w, b } = unpack(parameters, length, classes);
      const logits = x.matMul(w).add(b);
      const logProbabilities = logits.logSoftmax();
      const difference = logProbabilities.exp().sub(y) as tf.Tensor2D; // [rows, classes]
      const losses = y.mul(logProbabilities).sum(1).neg();
      return [losses.dataSync(), tf.matMul(x, difference, true).dataSync(), difference.sum(0).dataSync()];
    });
    const result = new Float64Array(parameters.length);
    let value = 0;
    for (const part of loss) value += strength * part;
    for (let i = 0; i < length * classes; i++) {
      value += parameters[i]! ** 2 / 2;
      result[i] = strength * gradient[i]! + parameters[i]!;
    }
    biasGradient.forEach((part, c) => {
      result[length * classes + c] = strength * part;
    });
    return { value, gradient: result };
  };

  const start = new Float64Array((length + 1) * classes);
  const { x: best, value } = minimize(objective, start, { tolerance: tolerance * strength, steps: 200 });
  const { kernel, bias } = tf.tidy(() => {
    const { w, b } = unpack(best, length, classes);
    const unscaled = w.div(scale.reshape([length, 1])); // [length, classes]
    return {
      kernel: unscaled.dataSync() as Float32Array,
      bias: b.sub(mean.matMul(unscaled).squeeze([0])).dataSync() as Float32Array,
    };
  });
  const [means, scales] = [mean.dataSync(), scale.dataSync()];
  tf.dispose([x, mean, scale, y]);
  return {
    objective: value,
    ...{ kernel, bias },
    predict: (features) =>
      tf.tidy(() => {
        const { w, b } = unpack(best, length, classes);
        const raw = tf.tensor2d(features.values, [features.values.length / features.length, features.length]);
        return raw.sub(means).div(scales).matMul(w).add(b).dataSync() as Float32Array;
      }),
  };
}

const oneHot = (labels: Int32Array, classes: number) => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat();

function unpack(parameters: Float64Array, length: number, classes: number): { w: tf.Tensor2D; b: tf.Tensor1D } {
  const all = new Float32Array(parameters);
  return {
    w: tf.tensor2d(all.subarray(0, length * classes), [length, classes]),
    b: tf.tensor1d(all.subarray(length * classes)),
  };
}
