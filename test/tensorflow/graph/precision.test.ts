import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { nodeBackend } from '../../../src/tensorflow/graph/backend';
import { buildGraph } from '../../../src/tensorflow/graph/compiledGraph';
import { lowerPrecision, toBfloat16 } from '../../../src/tensorflow/graph/lowerPrecision';
import { record } from '../../../src/tensorflow/graph/recorder';
import { difference, everyLayer } from './models';

const toFloat32 = (halves: Uint16Array) => new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
const pictures = (batch: number) => tf.randomUniform([batch, 16, 16, 3], -1, 1, 'float32', 7);

describe('bfloat16', () => {
  it('is the upper half of a float32, rounded to the nearest and to the even of two', () => {
    // between 1 and 2 neighbouring numbers differ by 1/128
    const numbers = Float32Array.of(1, 1 + 1 / 256, 1 + 3 / 256, 1 + 1.01 / 256, -2.5, 0, Number.POSITIVE_INFINITY);
    const rounded = [1, 1, 1 + 2 / 128, 1 + 1 / 128, -2.5, 0, Number.POSITIVE_INFINITY];
    assert.deepEqual([...toFloat32(toBfloat16(numbers))], rounded);
    assert.ok(Number.isNaN(toFloat32(toBfloat16(Float32Array.of(Number.NaN)))[0]));
  });

  // without checking whether the processor supports it: TensorFlow computes it on every processor, only slowly
  it('is used for convolutions and products, and nothing else', () => {
    const model = everyLayer();
    const frozen = new Set(model.weights.map((weight) => weight.read() as tf.Variable));
    const forward = (x: tf.Tensor) => [tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor)];
    const kinds = new Map<string, number>();
    const options = {
      batched: new Set([0]),
      frozen,
      foldBatchNormalization: true,
      keepVariables: false,
      tolerance: 1e-3,
    };
    const { session, difference: apart } = buildGraph(forward, [pictures(4)], {
      ...options,
      precision: 'bfloat16',
      onGraph: ({ nodes }) => {
        kinds.clear(); // of the graph in float32 that it is compared with
        for (const { type, attributes } of nodes) {
          const { type: dtype } = (attributes.T ?? { type: 0 }) as { type: number };
          if (type !== 'Cast' && type !== 'Identity')
            kinds.set(`${type} ${dtype}`, 1 + (kinds.get(`${type} ${dtype}`) ?? 0));
        }
      },
    });
    const low = [...kinds.keys()].filter((kind) => kind.endsWith(' 14')).map((kind) => kind.split(' ')[0]!);
    for (const type of ['Conv2D', 'DepthwiseConv2dNative', 'BatchMatMulV2', 'BiasAdd', 'Relu']) {
      assert.ok(low.includes(type), `${type} among ${low}`);
      assert.ok(!kinds.has(`${type} 1`), `${type} in float32, too`);
    }
    assert.ok(kinds.has('Mean 1') && kinds.has('Softmax 1'));
    assert.ok(apart > 1e-5 && apart < 0.04, `${apart}`);
    const x = pictures(3); // another batch size
    const [probabilities] = session.run([x]);
    assert.equal(probabilities!.dtype, 'float32');
    const error = difference(probabilities!, model.apply(x, { training: false }) as tf.Tensor);
    assert.ok(error > 1e-5 && error < 0.03, `${error}`);
    session.dispose();
    model.dispose();
  });

  it('is passed from operation to operation without conversion', () => {
    const filter = tf.variable(tf.randomNormal([3, 3, 2, 2], 0, 1, 'float32', 1));
    const chain = (x: tf.Tensor) =>
      tf.tidy(() => [
        tf.relu(
          tf.conv2d(
            tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')),
            filter as tf.Tensor4D,
            1,
            'same',
          ),
        ),
      ]);
    const { recording, outputs, updated } = record(chain, [tf.randomNormal([1, 4, 4, 2])]);
    lowerPrecision(recording);
    // the input and the filter are converted to bfloat16 once each, and the output back to float32
    assert.equal(recording.ops.filter(({ type }) => type === 'Cast').length, 3);
    tf.dispose([...outputs, ...updated, filter]);
  });

  it('is what gradients pass in, too, and long sums are not: that of a bias is summed up in float32', () => {
    const filter = tf.variable(tf.randomNormal([3, 3, 2, 2], 0, 1, 'float32', 1));
    const bias = tf.variable(tf.tensor1d([0.1, -0.1]));
    const conv = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
    const x = tf.randomNormal([64, 16, 16, 2], 0, 1, 'float32', 2);
    const gradients = (input: tf.Tensor) =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(
          () => conv(conv(input).add(bias).relu()).square().mean() as tf.Scalar,
          [bias, filter],
        );
        return [grads[bias.name]!, grads[filter.name]!];
      });
    const frozen = new Set<tf.Variable>();
    const types: string[] = [];
    const { session } = buildGraph(gradients, [x], {
      ...{ batched: new Set<number>(), frozen, foldBatchNormalization: true, keepVariables: false, tolerance: 1e-3 },
      precision: 'bfloat16',
      onGraph: ({ nodes }) =>
        types.push(
          ...nodes.map(({ type, attributes }) => `${type} ${(attributes.T as { type: number } | undefined)?.type}`),
        ),
    });
    // a product with ones, on processors
    const sum = nodeBackend().isUsingGpuDevice ? 'Sum' : 'MatMul';
    assert.ok(types.includes(`${sum} 1`) && types.includes('ReluGrad 14') && !types.includes(`${sum} 14`), `${types}`);
    const [actual, expected] = [session.run([x]), gradients(x)];
    actual.forEach((gradient, i) => {
      assert.equal(gradient.dtype, 'float32');
      const error = difference(gradient, expected[i]!);
      assert.ok(error > 1e-6 && error < 0.03, `${i}: ${error}`);
    });
    session.dispose();
    tf.dispose([...actual, ...expected, x, filter, bias]);
  });

  it('is left for float32, with the reason, if a row of the batch differs too much', () => {
    // the difference of two large numbers consists of rounding errors
    const weight = tf.variable(tf.ones([64, 1]).concat(tf.ones([64, 1]).mul(-1), 0) as tf.Tensor2D);
    const halves = (scale: number) => [1, 2].map((seed) => tf.randomUniform([4, 64], 1, 1 + scale, 'float32', seed));
    const [exact, cancelling] = [tf.concat([tf.ones([4, 64]), tf.zeros([4, 64])], 1), tf.concat(halves(0.01), 1)];
    const subtract = (input: tf.Tensor) => [tf.tidy(() => tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D))];
    const options = {
      batched: new Set([0]),
      frozen: new Set([weight]),
      foldBatchNormalization: true,
      keepVariables: false,
      tolerance: 1e-2,
    };
    const built = (x: tf.Tensor) => {
      const graph = buildGraph(subtract, [x], { ...options, precision: 'bfloat16' });
      const error = difference(graph.session.run([x])[0]!, subtract(x)[0]!);
      graph.session.dispose();
      return { ...graph, error };
    };
    assert.equal(built(exact).precision, 'bfloat16');
    // whichever row it is
    for (const x of [cancelling, tf.concat([exact, cancelling])]) {
      const { precision, refused, error } = built(x);
      assert.equal(precision, 'float32');
      assert.match(refused!, /^rows of its results in bfloat16 are off by \d/);
      assert.ok(error < 1e-2, `${error}`);
    }
    weight.dispose();
  });

  it('is kept where a tensor is split, and put together again', () => {
    const [whole, part] = [64, 32].map((n) => tf.variable(tf.randomNormal([3, 3, n, n], 0, 0.05, 'float32', n)));
    const conv = (x: tf.Tensor, filter: tf.Variable) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor as tf.Tensor4D, 1, 'same');
    const parts = (x: tf.Tensor) =>
      tf.tidy(() => [
        conv(
          tf.concat(
            tf.split(conv(x, whole!), 2, 3).map((half) => conv(half, part!)),
            3,
          ),
          whole!,
        ),
      ]);
    let types: string[] = [];
    const { session } = buildGraph(parts, [tf.randomNormal([4, 4, 4, 64])], {
      ...{
        batched: new Set([0]),
        frozen: new Set([whole!, part!]),
        foldBatchNormalization: true,
        keepVariables: false,
      },
      ...{ tolerance: 1e-2, precision: 'bfloat16' as const },
      onGraph: ({ nodes }) => {
        types = nodes.map(({ type }) => type);
      },
    });
    session.dispose();
    tf.dispose([whole!, part!]);
    assert.ok(types.includes('SplitV') && types.includes('ConcatV2'), `${types}`);
    // of the input, and of the output
    assert.equal(types.filter((type) => type === 'Cast').length, 2, `${types}`);
  });
});
