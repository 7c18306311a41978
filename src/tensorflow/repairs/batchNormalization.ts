import * as tf from '#tfjs';
import { once } from '../../core/lazyModule';
import { tensorOf } from '../layerInput';

type Kwargs = Record<string, unknown>;
type Weight = { trainable: boolean; read(): tf.Tensor };

/** The private properties of a tfjs batch normalization layer that this repair uses. */
interface BatchNormalizationLayer {
  trainable: boolean;
  axis: number;
  gamma?: Weight | null;
  beta?: Weight | null;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[];
}

/** layers that train, but normalize by their moving statistics */
const inference = new WeakSet<object>();
const repaired = Symbol('tunebook: frozen batch normalization runs in inference mode');

/** The prototype that all layers of this class share; asking for it loads TensorFlow. */
const prototype = once(
  () =>
    Object.getPrototypeOf(tf.layers.batchNormalization({})) as BatchNormalizationLayer & {
      [repaired]?: true;
    },
);

export const isBatchNormalization = (layer: tf.layers.Layer): boolean => layer instanceof prototype().constructor;

/**
 * Let a batch normalization use its moving statistics in training, without updating them, while its scale and offset train; or
 * the statistics of each batch again. The statistics of small batches are noisy, which can destroy in a few steps what
 * pre-training learned (Keras's guide on fine-tuning: `base_model(x, training=False)`).
 */
export function keepInInferenceMode(layer: tf.layers.Layer, keep = true): void {
  if (keep) inference.add(layer);
  else inference.delete(layer);
}

/** Whether a batch normalization would normalize by its moving statistics in training. */
export function runsInInferenceMode(layer: tf.layers.Layer): boolean {
  return inference.has(layer) || isFrozen(layer as unknown as BatchNormalizationLayer);
}

/**
 * Whether no weight of the layer is trained: it was frozen itself, or with the model around it (which in tfjs marks
 * the weights and not the layer).
 */
function isFrozen(layer: BatchNormalizationLayer): boolean {
  const weights = [layer.gamma, layer.beta].filter((weight) => weight != null);
  return !layer.trainable || (weights.length > 0 && weights.every((weight) => !weight.trainable));
}

/**
 * Make a frozen batch normalization run in inference mode, as in Keras since 2.0, and one without scale or offset train.
 *
 * In tfjs 4.22 `fit` normalizes a frozen layer by the batch's own statistics and goes on updating its moving mean and
 * variance, so that a "frozen" backbone changes with every batch (Ioffe and Szegedy 2015 describe the two modes); and with
 * `scale: false` or `center: false` it reads a weight that is not there.
 */
export function repairBatchNormalization(): void {
  if (prototype()[repaired]) return;
  const original = prototype().call;
  prototype().call = function (this: BatchNormalizationLayer, inputs, kwargs) {
    if (!kwargs.training) return original.call(this, inputs, kwargs);
    if (inference.has(this) || isFrozen(this)) return original.call(this, inputs, { ...kwargs, training: false });
    const { gamma, beta } = this;
    if (gamma && beta) return original.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const { shape } = tensorOf(inputs);
      const channels = shape.at(this.axis)!;
      const constant = (value: number): Weight => ({ trainable: false, read: () => tf.fill([channels], value) });
      try {
        this.gamma = gamma ?? constant(1);
        this.beta = beta ?? constant(0);
        return original.call(this, inputs, kwargs);
      } finally {
        this.gamma = gamma;
        this.beta = beta;
      }
    });
  };
  prototype()[repaired] = true;
}
