import { tf } from '../graph/backend';
import { tensorOf } from '../layerInput';
import { batchNormInTraining } from './batchNormalization';

interface LayerVariable {
  read(): tf.Tensor;
  write(value: tf.Tensor): void;
}

interface BatchNormalizationLayer {
  axis: number;
  momentum: number;
  epsilon: number;
  gamma?: LayerVariable;
  beta?: LayerVariable;
  movingMean: LayerVariable;
  movingVariance: LayerVariable;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

const replaced = Symbol('tunebook: batch normalization in training mode is one operation');

/**
 * Let `tf.layers.batchNormalization` over the last axis use TensorFlow's fused operation in training mode. Also repairs
 * an error: tfjs 4.22 throws without scale or without offset, there and in every gradient.
 *
 * A repair that keeps frozen layers in inference mode has to come after this one, to decide before it.
 */
export function fuseBatchNormalizationLayer(): void {
  const prototype = Object.getPrototypeOf(tf.layers.batchNormalization({})) as BatchNormalizationLayer & {
    [replaced]?: true;
  };
  if (prototype[replaced]) return;
  const original = prototype.call;
  prototype.call = function (this: BatchNormalizationLayer, inputs, kwargs) {
    const x = tensorOf(inputs);
    const overLastAxis = this.axis === -1 || this.axis === x.rank - 1;
    const isPlain = !kwargs.training && this.gamma && this.beta;
    if (isPlain || !overLastAxis || x.dtype !== 'float32') return original.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const channels: [number] = [x.shape.at(-1)!];
      const scale = (this.gamma?.read() ?? tf.ones(channels)) as tf.Tensor1D;
      const offset = (this.beta?.read() ?? tf.zeros(channels)) as tf.Tensor1D;
      if (!kwargs.training) {
        const [mean, variance] = [this.movingMean.read() as tf.Tensor1D, this.movingVariance.read() as tf.Tensor1D];
        return tf.batchNorm(x as tf.Tensor4D, mean, variance, offset, scale, this.epsilon);
      }
      const { y, mean, variance } = batchNormInTraining(x, scale, offset, this.epsilon);
      move(this.movingMean, mean, this.momentum);
      move(this.movingVariance, variance, this.momentum);
      return y;
    });
  };
  prototype[replaced] = true;
}

/** An exponential moving average. */
function move(average: LayerVariable, value: tf.Tensor, momentum: number): void {
  const old = average.read();
  average.write(old.sub(old.sub(value).mul(1 - momentum)));
}
