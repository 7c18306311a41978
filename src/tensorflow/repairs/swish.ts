import * as tf from '#tfjs';

interface SwishActivation {
  apply(x: tf.Tensor, alpha?: number): tf.Tensor;
}

const repaired = Symbol('tunebook: swish is two operations');

/**
 * Make the activation 'swish' (Ramachandran et al. 2017) two operations instead of three: tfjs 4.22 multiplies by an
 * alpha of 1 first. The values are the same; EfficientNet-B has some hundred of these, on its largest activations.
 */
export function repairSwish(): void {
  const layer = tf.layers.activation({ activation: 'swish' }) as unknown as { activation: SwishActivation };
  const prototype = Object.getPrototypeOf(layer.activation) as SwishActivation & { [repaired]?: true };
  if (prototype[repaired]) return;
  const original = prototype.apply;
  prototype.apply = function (this: SwishActivation, x, alpha = 1) {
    return alpha === 1 ? tf.tidy(() => tf.sigmoid(x).mul(x)) : original.call(this, x, alpha);
  };
  prototype[repaired] = true;
}
