import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { compile } from '../../../src/tensorflow/graph';
import { nodeBackend } from '../../../src/tensorflow/graph/backend';
import { difference, nodesOfGraph } from './models';

type Sizes = [number, number, number, number];

interface Convolution {
  kind: 'conv2d' | 'depthwiseConv2d';
  filter: Sizes;
  strides?: number | [number, number];
  padding?: 'same' | 'valid';
  /** height and width of the pictures; default 9 and 12 */
  size?: [number, number];
}

/** The gradient of a sum of a convolution's results, each with its own weight. */
function gradientOf({ kind, filter: shape, strides = 1, padding = 'same', size = [9, 12] }: Convolution) {
  const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
    tf[kind](x as tf.Tensor4D, filter as tf.Tensor4D, strides, padding);
  const filter = tf.randomUniform(shape, -1, 1, 'float32', 3);
  const pictures = (batch: number) => tf.randomUniform([batch, ...size, shape[2]], -1, 1, 'float32', batch);
  const [, height, width, channels] = convolve(pictures(1), filter).shape as Sizes;
  const weight = tf.randomUniform([height, width, channels], -1, 1, 'float32', 4);
  const gradient = (x: tf.Tensor) => tf.grad((of: tf.Tensor) => convolve(x, of).mul(weight).sum())(filter);
  return { gradient, pictures };
}

/** The types of the operations in the graph, each with the shapes of filters that its nodes have as their second inputs. */
function nodesOf(convolution: Convolution): Map<string, string[]> {
  const { gradient, pictures } = gradientOf(convolution);
  const nodes = nodesOfGraph((x) => [gradient(x!)], [pictures(4)]);
  const found = new Map<string, string[]>();
  for (const { type, inputs } of nodes) {
    const shape = nodes.find(({ name }) => name === inputs[1])?.attributes.value;
    const numbers = shape && 'tensor' in shape ? Array.from(shape.tensor.value as Int32Array) : [];
    found.set(type, [...(found.get(type) ?? []), numbers.join(' x ')]);
  }
  return found;
}

/** Compiled for any batch size, the function gives what it gives operation by operation. */
function assertSame(fn: (x: tf.Tensor) => tf.Tensor, inputs: (batch: number) => tf.Tensor): void {
  const compiled = compile(fn, { onFallback: (message) => assert.fail(message) });
  for (const batch of [1, 5, 2]) {
    const x = inputs(batch);
    assert.ok(difference(compiled.call(x), fn(x)) < 1e-5, `batch ${batch}`);
  }
  assert.equal(compiled.report!.anyBatch, true);
  compiled.dispose();
}

/** On a GPU these operations stay as they are. */
function onProcessors(this: Mocha.Context): void {
  if (nodeBackend().isUsingGpuDevice) this.skip();
}

describe('the gradient of a filter in a graph', () => {
  before(onProcessors);

  const cases: Record<string, Convolution> = {
    'of one pixel': { kind: 'conv2d', filter: [1, 1, 5, 7] },
    'of one pixel on one position': { kind: 'conv2d', filter: [1, 1, 5, 7], size: [1, 1] },
    'of one pixel with strides': { kind: 'conv2d', filter: [1, 1, 5, 7], strides: 2 },
    'of several pixels': { kind: 'conv2d', filter: [3, 3, 5, 7] },
    'depthwise of three columns': { kind: 'depthwiseConv2d', filter: [3, 3, 6, 1] },
    'depthwise of four columns': { kind: 'depthwiseConv2d', filter: [4, 4, 6, 1] },
    'depthwise of five columns': { kind: 'depthwiseConv2d', filter: [5, 5, 16, 1] },
    'depthwise of five columns with strides': { kind: 'depthwiseConv2d', filter: [5, 5, 6, 1], strides: 2 },
    'depthwise of five columns with strides, of pictures with an odd number of columns': {
      ...{ kind: 'depthwiseConv2d', filter: [5, 5, 6, 1], strides: 2, size: [8, 11] },
    },
    'depthwise of seven columns': { kind: 'depthwiseConv2d', filter: [7, 7, 6, 1] },
    'depthwise of seven columns without padding': { kind: 'depthwiseConv2d', filter: [7, 7, 6, 1], padding: 'valid' },
    'depthwise of seven columns without padding, with strides': {
      ...{ kind: 'depthwiseConv2d', filter: [7, 7, 6, 1], padding: 'valid', strides: 3, size: [10, 12] },
    },
    'depthwise, larger than the pictures': { kind: 'depthwiseConv2d', filter: [7, 7, 6, 1], size: [3, 2] },
    'depthwise, wider than high': { kind: 'depthwiseConv2d', filter: [2, 11, 6, 1] },
    'depthwise, higher than wide': { kind: 'depthwiseConv2d', filter: [7, 2, 6, 1] },
    'depthwise with two results a channel': { kind: 'depthwiseConv2d', filter: [5, 5, 4, 2] },
  };
  for (const [name, convolution] of Object.entries(cases)) {
    it(`equals that of the operation, at any batch size: ${name}`, () => {
      const { gradient, pictures } = gradientOf(convolution);
      assertSame(gradient, pictures);
    });
  }

  it('is a matrix product for a filter of one pixel, unless there are strides', () => {
    const product = nodesOf(cases['of one pixel']!);
    assert.ok(product.has('MatMul') && !product.has('Conv2DBackpropFilter'));
    for (const name of ['of one pixel with strides', 'of several pixels']) {
      const nodes = nodesOf(cases[name]!);
      assert.ok(nodes.has('Conv2DBackpropFilter') && !nodes.has('MatMul'), name);
    }
  });

  it('is computed for three columns or two at a time for a wide depthwise filter', () => {
    const parts = (convolution: Convolution) => nodesOf(convolution).get('DepthwiseConv2dNativeBackpropFilter');
    assert.deepEqual(parts({ kind: 'depthwiseConv2d', filter: [7, 7, 6, 1] }), [
      ...['7 x 3 x 6 x 1', '7 x 2 x 6 x 1', '7 x 2 x 6 x 1'],
    ]);
    assert.deepEqual(parts({ kind: 'depthwiseConv2d', filter: [5, 5, 4, 2] }), ['5 x 3 x 4 x 2', '5 x 2 x 4 x 2']);
    assert.deepEqual(parts({ kind: 'depthwiseConv2d', filter: [4, 4, 6, 1] }), ['4 x 2 x 6 x 1', '4 x 2 x 6 x 1']);
    assert.deepEqual(parts({ kind: 'depthwiseConv2d', filter: [7, 3, 6, 1] }), ['7 x 3 x 6 x 1']);
  });
});

describe('a convolution of one pixel in a graph', () => {
  before(onProcessors);

  const [large, small] = [
    [1024, 1024],
    [512, 1024],
  ] as const;
  /** Both a convolution and the gradient of its pictures, for which it is squared. */
  const gradientFor =
    (filter: tf.Tensor, strides = 1) =>
    (x: tf.Tensor) =>
      tf.grad((of: tf.Tensor) =>
        tf
          .conv2d(of as tf.Tensor4D, filter as tf.Tensor4D, strides, 'same')
          .square()
          .sum(),
      )(x);
  const filterOf = ([channels, filters]: readonly [number, number]) =>
    tf.variable(tf.randomUniform([1, 1, channels, filters], -1, 1, 'float32', 5));
  const picturesOf = ([channels]: readonly [number, number], batch: number) =>
    tf.randomUniform([batch, 3, 2, channels], -1, 1, 'float32', batch);

  /** The products and convolutions of the graph, in the order of the alphabet. */
  function typesOf(sides: readonly [number, number], { strides = 1, isConstant = false } = {}): string[] {
    const filter = filterOf(sides);
    const gradient = gradientFor(filter, strides);
    const nodes = nodesOfGraph((x) => [gradient(x!)], [picturesOf(sides, 4)], isConstant ? [filter] : []);
    const types = nodes.map(({ type }) => type);
    filter.dispose();
    return types.filter((type) => ['MatMul', 'Conv2D', 'Conv2DBackpropInput'].includes(type)).sort();
  }

  it('is a matrix product, and so is the gradient of its pictures, if its filter is large and changes', () => {
    assert.deepEqual(typesOf(large), ['MatMul', 'MatMul']);
    for (const types of [typesOf(small), typesOf(large, { strides: 2 }), typesOf(large, { isConstant: true })]) {
      assert.deepEqual(types, ['Conv2D', 'Conv2DBackpropInput']);
    }
  });

  it('and the gradient of its pictures equal those of the operations, at any batch size', () => {
    const filter = filterOf(large);
    assertSame(gradientFor(filter), (batch) => picturesOf(large, batch));
    filter.dispose();
  });
});

describe('the sum of each channel in a graph', () => {
  before(onProcessors);

  const sums: Record<string, { sum: (x: tf.Tensor) => tf.Tensor; isProduct: boolean }> = {
    'over all other dimensions': { sum: (x) => tf.sum(x, [0, 1, 2]), isProduct: true },
    'over all dimensions': { sum: (x) => tf.sum(x), isProduct: false },
    'over height and width': { sum: (x) => tf.sum(x, [1, 2]), isProduct: false },
    'over the last dimensions': { sum: (x) => tf.sum(x, [1, 2, 3]), isProduct: false },
    'of integers': { sum: (x) => tf.sum(tf.cast(x, 'int32'), [0, 1, 2]), isProduct: false },
  };
  for (const [name, { sum, isProduct }] of Object.entries(sums)) {
    it(`equals that of the operation, at any batch size, and is ${isProduct ? '' : 'not '}a product with ones: ${name}`, () => {
      const x = tf.randomUniform([5, 3, 4, 6], -9, 9, 'float32', 6);
      assertSame(sum, (batch) => x.slice(0, batch));
      const nodes = nodesOfGraph((input) => [sum(input!)], [x]);
      assert.equal(
        nodes.some(({ type }) => type === 'MatMul'),
        isProduct,
      );
    });
  }

  it('says that a number of a channel is infinite, or none', () => {
    const compiled = compile((x: tf.Tensor) => tf.sum(x, [0, 1, 2]), { onFallback: (message) => assert.fail(message) });
    const of = (...numbers: number[]) => Array.from(compiled.call(tf.tensor4d(numbers, [1, 2, 1, 2])).dataSync());
    assert.deepEqual(of(1, 2, 3, 4), [4, 6]);
    assert.deepEqual(of(Infinity, 2, 3, 4), [Infinity, 6]);
    assert.deepEqual(of(NaN, 2, 3, 4), [NaN, 6]);
    compiled.dispose();
  });
});
