import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { gelu } from '../../../src/tensorflow/gradients/gelu';
import { layerNormalization } from '../../../src/tensorflow/gradients/layerNormalization';
import { toOnnx } from '../../../src/tensorflow/graph/onnx/onnxGraph';
import { record } from '../../../src/tensorflow/graph/recorder';
import { foldConstants, removeIdentities } from '../../../src/tensorflow/graph/rewrite';

/** The nodes by which ONNX computes a function of what another operation made, a tensor [2, 5, 5, 4]. */
function nodesOf(fn: (x: tf.Tensor) => tf.Tensor): string[] {
  const x = tf.randomUniform([2, 5, 5, 4], -1, 1, 'float32', 1);
  const { recording } = record((input) => [fn(input!.relu())], [x]);
  removeIdentities(recording);
  foldConstants(recording);
  const [first, ...others] = toOnnx(recording).nodes.map(({ type }) => type);
  assert.equal(first, 'Relu');
  return others;
}

describe('the graph for ONNX', () => {
  const [scale, offset] = [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([4, 3, 2, 1])];

  it('has layer normalization as one node, without the steps that the recording has', () => {
    assert.deepEqual(
      nodesOf((x) => layerNormalization(x, scale, offset, 1e-6)),
      ['LayerNormalization'],
    );
  });

  it('has GELU in the five steps that ONNX Runtime and OpenVINO recognize', () => {
    assert.deepEqual(nodesOf(gelu), ['Div', 'Erf', 'Add', 'Mul', 'Mul']);
  });

  it('has the steps of what only looks like layer normalization or GELU', () => {
    const others: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      'over another axis': (x) => {
        const centred = x.sub(x.mean(1, true));
        return centred.mul(centred.square().mean(1, true).add(1e-6).rsqrt()).mul(scale).add(offset);
      },
      'of something else': (x) => {
        const centred = x.sub(x.mean(-1, true));
        return centred.mul(x.square().mean(-1, true).add(1e-6).rsqrt()).mul(scale).add(offset);
      },
      'without an offset of each channel': (x) => {
        const centred = x.sub(x.mean(-1, true));
        return centred.mul(centred.square().mean(-1, true).add(1e-6).rsqrt()).mul(scale).add(tf.scalar(1));
      },
      'another root': (x) => x.mul(x.mul(0.5).erf().add(1).mul(0.5)),
      'another half': (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.25)),
      'another factor': (x) => x.add(1).mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)),
    };
    for (const [name, fn] of Object.entries(others)) {
      const nodes = nodesOf(fn);
      assert.ok(
        nodes.length >= 5 && !nodes.includes('LayerNormalization') && !nodes.includes('Div'),
        `${name}: ${nodes}`,
      );
    }
  });
});
