import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compile, compileForward } from '../../../src/tensorflow/graph';
import { difference, nodesOfGraph, randomizeWeights } from './models';

const pictures = (batch: number) => tf.randomUniform([batch, 6, 5, 4], -2, 2, 'float32', batch);

interface Settings {
  kernelSize?: number;
  strides?: number;
  useBias?: boolean;
  activation?: string;
  /** whether what the activation gets is a result, too */
  shown?: boolean;
}

/** A convolution and an activation, and a convolution behind. */
function network({ kernelSize = 1, strides = 1, useBias = true, activation = 'gelu', shown = false }: Settings = {}) {
  const input = tf.input({ shape: [6, 5, 4] });
  const convolution = tf.layers.conv2d({ filters: 8, kernelSize, strides, useBias, padding: 'same' });
  const before = convolution.apply(input) as tf.SymbolicTensor;
  const active = tf.layers.activation({ activation: activation as 'relu' }).apply(before) as tf.SymbolicTensor;
  const last = tf.layers.conv2d({ filters: 3, kernelSize: 3 }).apply(active) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: shown ? [last, before] : last });
  randomizeWeights(model);
  return model;
}

/** The types of the operations of the graph of a forward pass. */
function typesOf(model: tf.LayersModel, frozen = true): string[] {
  const forward = (x: tf.Tensor) => [model.apply(x, { training: false })].flat() as tf.Tensor[];
  const constants = frozen ? model.weights.map((weight) => weight.read() as tf.Variable) : [];
  const nodes = nodesOfGraph((x) => forward(x!), [pictures(3)], constants);
  model.dispose();
  return nodes.map(({ type }) => type);
}

describe('GELU behind a convolution of one pixel', () => {
  it('gives the same in a graph as operation by operation, at any batch size', () => {
    const model = network();
    const forward = compileForward(model);
    for (const batch of [1, 4, 17]) {
      const x = pictures(batch);
      assert.ok(difference(forward.call(x), model.apply(x) as tf.Tensor) < 1e-5, `batch ${batch}`);
    }
    assert.equal(forward.report!.anyBatch, true);
    forward.dispose();
    model.dispose();
  });

  it('follows a matrix product in a graph, which TensorFlow computes together with it', () => {
    const types = typesOf(network());
    assert.ok(types.includes('MatMul'));
    assert.equal(types.filter((type) => type === 'Conv2D').length, 1);
  });

  const kept: Record<string, () => string[]> = {
    'several pixels': () => typesOf(network({ kernelSize: 3 })),
    strides: () => typesOf(network({ strides: 2 })),
    'no bias': () => typesOf(network({ useBias: false })),
    'another activation': () => typesOf(network({ activation: 'relu' })),
    'a result that something else reads, too': () => typesOf(network({ shown: true })),
    'weights that change': () => typesOf(network(), false),
  };
  for (const [name, types] of Object.entries(kept)) {
    it(`follows the convolution where it has ${name}`, () => assert.ok(!types().includes('MatMul')));
  }

  it('has the right gradients behind it', () => {
    const model = network();
    const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const gradients = (x: tf.Tensor) =>
      Object.values(tf.variableGrads(() => (model.apply(x) as tf.Tensor).square().sum() as tf.Scalar, weights).grads);
    const compiled = compile(gradients, { onFallback: (message) => assert.fail(message) });
    const expected = gradients(pictures(3));
    compiled
      .call(pictures(3))
      .forEach((gradient, i) => assert.ok(difference(gradient, expected[i]!) < 1e-5, weights[i]!.name));
    compiled.dispose();
    model.dispose();
  });
});
