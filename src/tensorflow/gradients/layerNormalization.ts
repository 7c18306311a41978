import { tf } from '../graph/backend';
import { tensorOf } from '../layerInput';

interface LayerNormalizationLayer {
  axis: number[];
  epsilon: number;
  gamma: { read(): tf.Tensor } | null;
  beta: { read(): tf.Tensor } | null;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

const replaced = Symbol('tunebook: layer normalization has a gradient of its own');

/**
 * Let `tf.layers.layerNormalization` over the last axis compute its gradient directly. tfjs 4.22 copies mean and variance to each
 * channel, and the gradient of a copy is a slice and an addition for each of them: a step of ConvNeXt was not ready after five minutes.
 */
export function replaceLayerNormalization(): void {
  const prototype = Object.getPrototypeOf(tf.layers.layerNormalization({})) as LayerNormalizationLayer & {
    [replaced]?: true;
  };
  if (prototype[replaced]) return;
  const original = prototype.call;
  prototype.call = function (this: LayerNormalizationLayer, inputs, kwargs) {
    const x = tensorOf(inputs);
    const overLastAxis = this.axis.length === 1 && this.axis[0] === x.rank - 1;
    if (!overLastAxis || x.dtype !== 'float32') return original.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const channels = x.shape.at(-1)!;
      const gamma = this.gamma?.read() ?? tf.ones([channels]);
      const beta = this.beta?.read() ?? tf.zeros([channels]);
      return layerNormalization(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, this.epsilon);
    });
  };
  prototype[replaced] = true;
}

/**
 * Normalize each position over its channels (Ba et al. 2016).
 *
 * @param x [..., channels]
 * @param gamma [channels]
 * @param beta [channels]
 * @returns (x - mean) / sqrt(variance + epsilon) x gamma + beta, in the shape of x
 */
export function layerNormalization(x: tf.Tensor, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor {
  const compute = tf.customGrad((...all: unknown[]) => {
    const [input, scale, offset, save] = all as [tf.Tensor, tf.Tensor, tf.Tensor, (tensors: tf.Tensor[]) => void];
    const centred = input.sub(input.mean(-1, true));
    const inverse = centred.square().mean(-1, true).add(epsilon).rsqrt();
    const normalized = centred.mul(inverse);
    save([normalized, inverse, scale]);
    return { value: normalized.mul(scale).add(offset), gradFunc };
  });
  return compute(x, gamma, beta);
}

/** The gradients of input, scale and offset. */
function gradFunc(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [normalized, inverse, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const positions = dy.shape.slice(0, -1).map((_, axis) => axis);
  const incoming = dy.mul(scale);
  // without the parts that change mean and variance
  const parallel = normalized.mul(incoming.mul(normalized).mean(-1, true));
  const dx = incoming.sub(incoming.mean(-1, true)).sub(parallel).mul(inverse);
  return [dx, dy.mul(normalized).sum(positions), dy.sum(positions)];
}
