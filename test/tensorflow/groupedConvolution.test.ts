import assert from 'node:assert/strict';
import { tf } from '../../src/tensorflow';
import { compile } from '../../src/tensorflow/graph';
import { groupedConv2d } from '../../src/tensorflow/groupedConvolution';
import { groupParts } from '../../src/tensorflow/groupParts';
import { difference } from './graph/models';

/** Channels of a group, groups and filters of a group: parts of four groups and one, of one group each, and all in one. */
const SHAPES = [
  { channels: 4, groups: 5, filters: 6 },
  { channels: 24, groups: 3, filters: 8 },
  { channels: 8, groups: 2, filters: 8 },
];

/** The definition: a convolution for each group. */
function groupByGroup(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  const groups = x.shape[3] / kernel.shape[2];
  const kernels = tf.split(kernel, groups, 3) as tf.Tensor4D[];
  return tf.concat(
    (tf.split(x, groups, 3) as tf.Tensor4D[]).map((part, i) => tf.conv2d(part, kernels[i]!, stride, 'same')),
    3,
  );
}

describe('a grouped convolution', function () {
  this.timeout(60_000);

  it('is computed as dense ones of about 16 channels', () => {
    assert.deepEqual(groupParts(5, 4), [4, 1]);
    assert.deepEqual(groupParts(3, 24), [1, 1, 1]);
    assert.deepEqual(groupParts(2, 8), [2]);
  });

  for (const { channels, groups, filters } of SHAPES) {
    for (const stride of [1, 2]) {
      describe(`of ${groups} groups of ${channels} channels, with stride ${stride}`, () => {
        const pictures = (batch: number) =>
          tf.randomNormal([batch, 7, 7, groups * channels], 0, 1, 'float32', batch) as tf.Tensor4D;
        const weights = () =>
          tf.variable(
            tf.randomNormal([3, 3, channels, groups * filters], 0, 1, 'float32', 9),
          ) as tf.Variable<tf.Rank.R4>;

        it('has the values and gradients of one convolution for each group', () =>
          tf.tidy(() => {
            const [x, kernel] = [pictures(2), weights()];
            const dy = tf.randomNormal(groupByGroup(x, kernel, stride).shape, 0, 1, 'float32', 4);
            const of = (convolve: typeof groupByGroup) =>
              tf.valueAndGrads((a, b) => convolve(a as tf.Tensor4D, b as tf.Tensor4D, stride))(
                [x, kernel],
                dy as tf.Tensor4D,
              );
            const expected = of(groupByGroup);
            const actual = of((a, b) => groupedConv2d(a, b, stride, 'same'));
            assert.ok(difference(actual.value, expected.value) < 1e-5);
            actual.grads.forEach((gradient, i) => {
              assert.ok(difference(gradient, expected.grads[i]!) < 1e-5, i === 0 ? 'of the input' : 'of the kernel');
            });
            kernel.dispose();
          }));

        for (const frozen of [true, false]) {
          it(`runs in a graph with what TensorFlow fuses with it, its kernel ${frozen ? 'frozen' : 'learning'}`, () => {
            const kernel = weights();
            const bias = tf.randomNormal([groups * filters], 0, 1, 'float32', 7);
            const grouped = (x: tf.Tensor) =>
              tf.tidy(() => tf.relu(groupedConv2d(x as tf.Tensor4D, kernel, stride, 'same').add(bias)));
            const graph = compile(grouped, { frozen: frozen ? [kernel] : [], onFallback: assert.fail });
            for (const batch of [1, 4]) {
              const x = pictures(batch);
              const expected = tf.tidy(() => tf.relu(groupByGroup(x, kernel, stride).add(bias)));
              assert.ok(difference(graph.call(x), expected) < 1e-5);
            }
            assert.equal(graph.report!.fallback, null);
            graph.dispose();
            kernel.dispose();
          });
        }
      });
    }
  }

  it('runs in a graph that reads its result twice', () => {
    const kernel = tf.variable(tf.randomNormal([3, 3, 4, 20], 0, 1, 'float32', 9)) as tf.Variable<tf.Rank.R4>;
    const twice = (x: tf.Tensor) =>
      tf.tidy(() => {
        const y = groupedConv2d(x as tf.Tensor4D, kernel, 1, 'same');
        return tf.relu(y).add(y);
      });
    const graph = compile(twice, { frozen: [kernel], onFallback: assert.fail });
    const x = tf.randomNormal([2, 5, 5, 20], 0, 1, 'float32', 3);
    assert.ok(difference(graph.call(x), twice(x)) < 1e-5);
    graph.dispose();
    kernel.dispose();
  });
});
