import * as tf from '@tensorflow/tfjs-node-gpu';

interface DropoutLayer extends tf.layers.Layer {
  rate: number;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

/** The layers whose masks are to be repeatable: the seed, and how many masks were drawn. */
const seeded = new WeakMap<tf.layers.Layer, { seed: number; masks: number }>();
const repaired = Symbol('tunebook: seeded dropout draws a new mask at every call');

const dropoutPrototype = () =>
  Object.getPrototypeOf(tf.layers.dropout({ rate: 0.5 })) as DropoutLayer & { [repaired]?: true };

/**
 * Make the dropout of layers given to {@link seedDropout} repeatable (Srivastava et al. 2014).
 *
 * tfjs 4.22 has two kinds of dropout: without a seed, different in every run; with a seed, the same mask in every batch,
 * which is no dropout but a smaller network.
 */
export function repairDropout(): void {
  const prototype = dropoutPrototype();
  if (prototype[repaired]) return;
  const original = prototype.call;
  prototype.call = function (this: DropoutLayer, inputs, kwargs) {
    const state = seeded.get(this);
    if (!state || !kwargs.training || !(this.rate > 0)) return original.call(this, inputs, kwargs);
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.dropout(input, this.rate, undefined, `${state.seed}/${state.masks++}`);
  };
  prototype[repaired] = true;
}

/** Start the dropout layers of a model anew from a seed: the same seed gives the same sequence of masks. */
export function seedDropout(model: tf.LayersModel, seed: number): void {
  model.layers.forEach((layer, index) => {
    if (layer instanceof dropoutPrototype().constructor) seeded.set(layer, { seed: seed * 1009 + index, masks: 0 });
  });
}
