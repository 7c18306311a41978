import { tf } from '../../../src/tensorflow';
import { buildGraph } from '../../../src/tensorflow/graph/compiledGraph';
import type { GraphNode } from '../../../src/tensorflow/graph/savedModel';

/** Set every weight to a random value, so that a wrong channel or a missing offset is noticed; the same for the same seed. */
export function randomizeWeights(model: tf.LayersModel, seed = 1): void {
  const values = model.weights.map(({ name, shape }, i) => {
    const [low, high] = /gamma|variance/.test(name) ? [0.6, 1.4] : [-0.4, 0.4];
    return tf.randomUniform(shape as number[], low, high, 'float32', seed * 1000 + i);
  });
  model.setWeights(values);
  tf.dispose(values);
}

/** Small, but with every kind of layer that backbones contain: [batch, 16, 16, 3] to [batch, 5]. */
export function everyLayer(): tf.LayersModel {
  const { layers } = tf;
  const input = tf.input({ shape: [16, 16, 3] });
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
    layer.apply(x) as tf.SymbolicTensor;
  let x = apply(layers.zeroPadding2d({ padding: [1, 1] }), input);
  x = apply(layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, useBias: true }), x); // bias, then normalization
  x = apply(layers.batchNormalization({ epsilon: 1e-3 }), x);
  x = apply(layers.reLU({ maxValue: 6 }), x);
  const shortcut = x;
  x = apply(layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2, useBias: false }), x);
  x = apply(layers.batchNormalization({ scale: false }), x);
  x = apply(layers.activation({ activation: 'relu' }), x);
  x = apply(layers.conv2d({ filters: 8, kernelSize: 1, useBias: false }), x);
  x = apply(layers.batchNormalization({ center: false }), x);
  x = apply(layers.add(), [x, shortcut]);
  x = apply(layers.batchNormalization({}), x); // after a sum: nothing to fold it into
  x = apply(layers.concatenate(), [
    apply(layers.maxPooling2d({ poolSize: 2 }), x),
    apply(layers.averagePooling2d({ poolSize: 2 }), x),
  ]);
  x = apply(layers.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' }), x);
  x = apply(layers.dropout({ rate: 0.5 }), x);
  x = apply(layers.globalAveragePooling2d({}), x);
  x = apply(layers.dense({ units: 5, activation: 'softmax' }), x);
  const model = tf.model({ inputs: input, outputs: x });
  randomizeWeights(model);
  return model;
}

/** The largest difference between two tensors, relative to the largest number of the second. */
export function difference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (actual.shape.join() !== expected.shape.join()) return Infinity;
  return tf.tidy(() => actual.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0]!);
}

/** A small CNN built like the backbones: [batch, 12, 12, 3] to logits [batch, 4]. */
export function smallNetwork(frozenNormalization: boolean): tf.LayersModel {
  const { layers } = tf;
  const normalization = () => layers.batchNormalization({ trainable: !frozenNormalization, momentum: 0.9 });
  const model = tf.sequential({
    layers: [
      layers.conv2d({
        inputShape: [12, 12, 3],
        filters: 8,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        useBias: false,
      }),
      normalization(),
      layers.reLU({ maxValue: 6 }),
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false }),
      normalization(),
      layers.reLU({ maxValue: 6 }),
      layers.conv2d({ filters: 12, kernelSize: 1, useBias: true }),
      layers.activation({ activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 4 }),
    ],
  });
  randomizeWeights(model);
  return model;
}

/** The nodes of the graph that a function becomes, for any size of the first dimension of its inputs. @param frozen are constants in it */
export function nodesOfGraph(
  fn: (...inputs: tf.Tensor[]) => readonly tf.Tensor[],
  inputs: readonly tf.Tensor[],
  frozen: readonly tf.Variable[] = [],
): readonly GraphNode[] {
  let found: readonly GraphNode[] = [];
  const { session } = buildGraph(fn, inputs, {
    batched: new Set(inputs.keys()),
    frozen: new Set(frozen),
    foldBatchNormalization: true,
    precision: 'float32',
    keepVariables: false,
    tolerance: 1e-3,
    onGraph: ({ nodes }) => {
      found = [...nodes]; // the session empties its list
    },
  });
  session.dispose();
  return found;
}
