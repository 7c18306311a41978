import type * as tf from '#tfjs';

// TensorFlow.js gives a layer with one input that input, or a list that contains it.

/** The tensor that a layer with one input is called with. */
export const tensorOf = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** The shape of that tensor, batch included. */
export const shapeOf = (shape: tf.Shape | tf.Shape[]): tf.Shape =>
  (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
