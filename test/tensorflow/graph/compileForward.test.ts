import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compileForward } from '../../../src/tensorflow/graph';
import { difference, everyLayer, randomizeWeights } from './models';

const pictures = (batch: number, seed = 7) => tf.randomUniform([batch, 16, 16, 3], -1, 1, 'float32', seed);
const eager = (model: tf.LayersModel, x: tf.Tensor) => model.apply(x, { training: false }) as tf.Tensor;

describe('compileForward', () => {
  let model: tf.LayersModel;
  before(() => {
    model = everyLayer();
  });

  for (const foldBatchNormalization of [true, false]) {
    it(`gives the same as the model, at any batch size, ${foldBatchNormalization ? 'folded' : 'not folded'}`, () => {
      const forward = compileForward(model, { foldBatchNormalization });
      const report = forward.compile(pictures(4));
      assert.equal(report.fallback, null);
      assert.equal(report.anyBatch, true);
      assert.equal(report.folded, foldBatchNormalization ? 3 : 0);
      for (const batch of [1, 4, 2, 17]) {
        const x = pictures(batch, batch);
        assert.ok(difference(forward.call(x), eager(model, x)) < 1e-5, `batch ${batch}`);
      }
      forward.dispose();
    });
  }

  it('has fewer nodes when folded', () => {
    const nodes = [true, false].map(
      (foldBatchNormalization) => compileForward(model, { foldBatchNormalization }).compile(pictures(2)).nodes,
    );
    assert.ok(nodes[0]! < nodes[1]!, String(nodes));
  });

  it('lets the convolution do the padding if it pads in the same way', () => {
    const [same, other] = [0, 1].map((before) => {
      const padding: [[number, number], [number, number]] = [
        [before, 1 - before],
        [before, 1 - before],
      ];
      const padded = tf.sequential({
        layers: [
          tf.layers.zeroPadding2d({ inputShape: [16, 16, 3], padding }),
          tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'valid' }),
        ],
      });
      randomizeWeights(padded);
      const forward = compileForward(padded);
      const { nodes } = forward.compile(pictures(2));
      assert.ok(difference(forward.call(pictures(3)), eager(padded, pictures(3))) < 1e-5);
      forward.dispose();
      return nodes;
    });
    assert.equal(other! - same!, 3); // the padding, its sizes and its zero
  });

  it('folds a factor of each channel into the convolution before it, but not a stride or what is used elsewhere, too', () => {
    const input = tf.input({ shape: [16, 16, 3] });
    const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
      layer.apply(x) as tf.SymbolicTensor;
    const scale = (strides: number) => tf.layers.depthwiseConv2d({ kernelSize: 1, strides, useBias: false });
    const convolved = apply(tf.layers.conv2d({ filters: 4, kernelSize: 3, useBias: true }), input);
    const outputs = {
      1: apply(scale(1), convolved),
      0: apply(scale(2), convolved),
      '0, used twice': apply(tf.layers.add(), [apply(scale(1), convolved), convolved]),
    };
    for (const [expected, output] of Object.entries(outputs)) {
      const scaled = tf.model({ inputs: input, outputs: output });
      randomizeWeights(scaled);
      const forward = compileForward(scaled);
      assert.equal(forward.compile(pictures(2)).folded, Number.parseInt(expected, 10), expected);
      assert.ok(difference(forward.call(pictures(3)), eager(scaled, pictures(3))) < 1e-5, expected);
      forward.dispose();
    }
  });

  it('includes preprocessing in the graph', () => {
    const prepare = (x: tf.Tensor) => x.toFloat().sub([100, 110, 120]).div([50, 60, 70]);
    const forward = compileForward(model, { prepare });
    const bytes = tf.randomUniform([3, 16, 16, 3], 0, 256, 'int32', 3);
    assert.equal(forward.compile(bytes).fallback, null);
    assert.ok(difference(forward.call(bytes), eager(model, prepare(bytes))) < 1e-5);
    forward.dispose();
  });

  it('uses new weights after they were assigned', () => {
    const other = everyLayer();
    const forward = compileForward(other);
    const x = pictures(3);
    const before = forward.call(x);
    randomizeWeights(other, 2);
    const after = forward.call(x);
    assert.ok(difference(before, after) > 1e-2);
    assert.ok(difference(after, eager(other, x)) < 1e-5);
    forward.dispose();
  });

  it('keeps no tensors and does not change the weights', () => {
    const weights = model.getWeights().map((weight) => weight.dataSync().slice());
    const x = pictures(3);
    const before = tf.memory().numTensors;
    const forward = compileForward(model);
    for (let i = 0; i < 5; i++) forward.call(x).dispose();
    forward.dispose();
    assert.equal(tf.memory().numTensors, before);
    model.getWeights().forEach((weight, i) => assert.deepEqual(weight.dataSync(), weights[i]));
  });

  it('works again after it was disposed', () => {
    const forward = compileForward(model);
    const x = pictures(2);
    forward.call(x);
    forward.dispose();
    assert.ok(difference(forward.call(x), eager(model, x)) < 1e-5);
    forward.dispose();
  });
});
