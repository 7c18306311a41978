import { tf } from '../graph/backend';

interface GeluActivation {
  apply(x: tf.Tensor): tf.Tensor;
}

const replaced = Symbol('tunebook: gelu has a gradient of its own');

/**
 * Let the activation 'gelu' compute its gradient directly, in six operations: tfjs 4.22 composes it of some twelve, each of which passes
 * over the largest activations of ConvNeXt.
 */
export function replaceGelu(): void {
  const layer = tf.layers.activation({ activation: 'gelu' as 'relu' }) as unknown as { activation: GeluActivation };
  const prototype = Object.getPrototypeOf(layer.activation) as GeluActivation & { [replaced]?: true };
  if (prototype[replaced]) return;
  prototype.apply = gelu;
  prototype[replaced] = true;
}

/** x times the probability that a standard normal number is below x (Hendrycks and Gimpel 2016). */
export function gelu(x: tf.Tensor): tf.Tensor {
  const compute = tf.customGrad((...all: unknown[]) => {
    const [input, save] = all as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const scaled = input.mul(Math.SQRT1_2);
    const probability = scaled.erf().add(1).mul(0.5);
    save([scaled, probability]);
    return { value: input.mul(probability), gradFunc };
  });
  return compute(x);
}

/** The probability, and x times its density: x exp(-x^2 / 2) / sqrt(2 pi). Where exp(x^2 / 2) is infinite, that is 0. */
function gradFunc(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [scaled, probability] = saved as [tf.Tensor, tf.Tensor];
  const weighted = scaled.div(scaled.square().exp()).mul(1 / Math.sqrt(Math.PI));
  return dy.mul(probability.add(weighted));
}
