import * as tf from '@tensorflow/tfjs-node-gpu';

type Kwargs = Record<string, unknown>;

/** The inside of a tfjs batch normalization layer, as far as this repair looks at it. */
interface BatchNormalizationLayer {
  trainable: boolean;
  gamma?: { trainable: boolean };
  beta?: { trainable: boolean };
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[];
}

/**
 * Whether nothing of the layer is to be learned: it was frozen itself, or with the model around it (which in tfjs marks
 * the weights and not the layer).
 */
function isFrozen(layer: BatchNormalizationLayer): boolean {
  const weights = [layer.gamma, layer.beta].filter((weight) => weight != null);
  return !layer.trainable || (weights.length > 0 && weights.every((weight) => !weight.trainable));
}

const repaired = Symbol('tunebook: frozen batch normalization runs in inference mode');

/**
 * Make a frozen batch normalization run in inference mode, as in Keras since 2.0.
 *
 * In tfjs 4.22 `fit` normalizes a frozen layer by the batch's own statistics and goes on updating its moving mean and
 * variance, so that a "frozen" backbone changes with every batch (Ioffe and Szegedy 2015 describe the two modes).
 */
export function repairBatchNormalization(): void {
  const prototype = Object.getPrototypeOf(tf.layers.batchNormalization({})) as BatchNormalizationLayer & {
    [repaired]?: true;
  };
  if (prototype[repaired]) return;
  const original = prototype.call;
  prototype.call = function (this: BatchNormalizationLayer, inputs, kwargs) {
    return original.call(this, inputs, isFrozen(this) ? { ...kwargs, training: false } : kwargs);
  };
  prototype[repaired] = true;
}
