import { attributeOf, samePadding } from '../absorbPadding';
import { inputOfGelu, layerNormalizationIn } from '../patterns';
import { type RecordedOp, Refusal, type Source } from '../recording';
import type { Names, OnnxWriter } from './onnxWriter';

type Translation = (graph: OnnxWriter, op: RecordedOp) => Names;

/** An operation on each number by itself, in whatever layout its input is. */
const each =
  (write: (graph: OnnxWriter, input: string) => string): Translation =>
  (graph, { inputs: [input] }) =>
    graph.isFirst(input!) ? { first: write(graph, graph.first(input!)) } : { last: write(graph, graph.last(input!)) };

const named = (type: string) => each((graph, input) => graph.node(type, [input]));

/** An operation on two tensors, of which the smaller is repeated; with the channels first where one of them has that already. */
const both =
  (write: (graph: OnnxWriter, a: string, b: string) => string): Translation =>
  (graph, op) => {
    const [a, b] = op.inputs as [Source, Source];
    if (op.outputs[0]!.shape.length === 4 && (graph.isFirst(a) || graph.isFirst(b))) {
      const [x, y] = [graph.besideFirst(a), graph.besideFirst(b)];
      if (x !== undefined && y !== undefined) return { first: write(graph, x, y) };
    }
    return { last: write(graph, graph.last(a), graph.last(b)) };
  };

const combined = (type: string) => both((graph, a, b) => graph.node(type, [a, b]));

/** Sizes of height and width of an attribute such as strides: [1, height, width, 1]. */
function sizesOf(op: RecordedOp, name: string): [number, number] {
  const [batch, height, width, channels] = (attributeOf(op, name) as number[] | undefined) ?? [1, 1, 1, 1];
  if (batch !== 1 || channels !== 1) throw new Refusal(`${op.type} has ${name} along the batch or the channels`);
  return [height!, width!];
}

/** The zeros around height and width, as ONNX has them: [top, left, bottom, right]. */
function padsOf(op: RecordedOp, [, height, width]: readonly number[], kernel: readonly [number, number]): number[] {
  if ((attributeOf(op, 'data_format') ?? 'NHWC') !== 'NHWC') throw new Refusal(`${op.type} has its channels first`);
  const padding = attributeOf(op, 'padding');
  if (padding === 'VALID') return [0, 0, 0, 0];
  if (padding !== 'SAME') throw new Refusal(`${op.type} has padding ${String(padding)}`);
  const [down, across] = sizesOf(op, 'strides');
  const [top, bottom] = samePadding(height!, kernel[0], down);
  const [left, right] = samePadding(width!, kernel[1], across);
  return [top, left, bottom, right];
}

const convolution: Translation = (graph, op) => {
  const [input, filter] = op.inputs as [Source, Source];
  const numbers = graph.numbers(filter, `the filter of ${op.type}`);
  const [height, width, channels, last] = graph.shapeOf(filter) as [number, number, number, number];
  // a depthwise filter is [height, width, channels, multiplier], and each channel a group of its own
  const depthwise = op.type === 'DepthwiseConv2dNative';
  const outputs = depthwise ? channels * last : last;
  const inputsOfGroup = depthwise ? 1 : channels;
  const dilations = sizesOf(op, 'dilations');
  const pads = padsOf(op, graph.shapeOf(input), [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1]);
  const weights = transposed(numbers, height * width, inputsOfGroup, outputs);
  const attributes = {
    ...{ kernel_shape: [height, width], strides: sizesOf(op, 'strides'), dilations, pads },
    group: graph.shapeOf(input)[3]! / inputsOfGroup,
  };
  const name = graph.floats(weights, [outputs, inputsOfGroup, height, width]);
  return { first: graph.node('Conv', [graph.first(input), name], attributes) };
};

/** A filter [places, inputs, outputs] as [outputs, inputs, places]. */
function transposed(filter: Float32Array, places: number, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(filter.length);
  for (let place = 0; place < places; place++) {
    for (let input = 0; input < inputs; input++) {
      const from = (place * inputs + input) * outputs;
      for (let output = 0; output < outputs; output++) {
        result[(output * inputs + input) * places + place] = filter[from + output]!;
      }
    }
  }
  return result;
}

const pooling =
  (type: 'MaxPool' | 'AveragePool'): Translation =>
  (graph, op) => {
    const input = op.inputs[0]!;
    const kernel = sizesOf(op, 'ksize');
    const attributes = {
      ...{ kernel_shape: kernel, strides: sizesOf(op, 'strides') },
      pads: padsOf(op, graph.shapeOf(input), kernel),
    };
    return { first: graph.node(type, [graph.first(input)], attributes) };
  };

/** The mean, maximum and so on along some axes. @param whole ONNX's operation for height and width together */
const reduction =
  (type: string, whole?: string): Translation =>
  (graph, op) => {
    const input = op.inputs[0]!;
    const rank = graph.shapeOf(input).length;
    const axes = graph.wholeNumbers(op.inputs[1], `the axes of ${op.type}`).map((axis) => (axis + rank) % rank);
    const keeps = attributeOf(op, 'keep_dims') === true;
    if (whole && rank === 4 && [...axes].sort().join() === '1,2' && graph.isFirst(input)) {
      const pooled = graph.node(whole, [graph.first(input)]);
      return keeps ? { first: pooled } : { last: graph.node('Flatten', [pooled], { axis: 1 }) };
    }
    const keepdims = Number(keeps);
    // of the reductions only the sum has its axes as an input in this version of ONNX's operations
    if (type === 'ReduceSum') return { last: graph.node(type, [graph.last(input), graph.ints(axes)], { keepdims }) };
    return { last: graph.node(type, [graph.last(input)], { axes, keepdims }) };
  };

const normalization: Translation = (graph, op) => {
  const [input, ...statistics] = op.inputs as [Source, Source, Source, Source, Source];
  if (attributeOf(op, 'is_training') !== false) throw new Refusal('its batch normalization is in training mode');
  const values = statistics.map((source) => graph.numbers(source, 'a statistic of batch normalization'));
  const names = values.map((value) => graph.floats(value, [value.length]));
  const attributes = { epsilon: attributeOf(op, 'epsilon') as number };
  return { first: graph.node('BatchNormalization', [graph.first(input), ...names], attributes) };
};

const padding: Translation = (graph, op) => {
  const [input, sizes, value] = op.inputs as [Source, Source, Source];
  const around = graph.wholeNumbers(sizes, 'the padding');
  const rank = around.length / 2;
  const order = rank === 4 ? [0, 3, 1, 2] : Array.from({ length: rank }, (_, axis) => axis);
  const pads = graph.ints([0, 1].flatMap((end) => order.map((axis) => around[2 * axis + end]!)));
  const name = rank === 4 ? graph.first(input) : graph.last(input);
  const padded = graph.node('Pad', [name, pads, graph.floats(graph.numbers(value, 'the padding'), [])]);
  return rank === 4 ? { first: padded } : { last: padded };
};

const concatenation: Translation = (graph, op) => {
  const parts = op.inputs.slice(0, -1);
  const rank = op.outputs[0]!.shape.length;
  const axis = (graph.wholeNumbers(op.inputs.at(-1), 'the axis of ConcatV2')[0]! + rank) % rank;
  if (rank === 4 && axis === 3 && parts.some((part) => graph.isFirst(part))) {
    const names = parts.map((part) => graph.first(part));
    return { first: graph.node('Concat', names, { axis: 1 }) };
  }
  const names = parts.map((part) => graph.last(part));
  return { last: graph.node('Concat', names, { axis }) };
};

const reshape: Translation = (graph, { inputs: [input, shape] }) => {
  const sizes = graph.ints(graph.wholeNumbers(shape, 'the shape of Reshape'));
  return { last: graph.node('Reshape', [graph.inOrder(input!), sizes]) };
};

/** Repeats along sides of length 1 are left out: ONNX repeats by itself what is combined with something larger. */
const repetition: Translation = (graph, { type, inputs: [input], outputs: [output] }) => {
  const before = graph.shapeOf(input!);
  const repeats = output!.shape.every((size, axis) => size === before[axis] || before[axis] === 1);
  if (!repeats) throw new Refusal(`${type} repeats more than single numbers`);
  return graph.isFirst(input!) ? { first: graph.first(input!) } : { last: graph.last(input!) };
};

const product: Translation = (graph, op) => {
  const flipped = ['transpose_a', 'transpose_b', 'adj_x', 'adj_y'].some((name) => attributeOf(op, name) === true);
  if (flipped) throw new Refusal(`${op.type} transposes a factor`);
  return {
    last: graph.node(
      'MatMul',
      op.inputs.map((input) => graph.last(input)),
    ),
  };
};

const softmax: Translation = (graph, { inputs: [input] }) => ({
  last: graph.node('Softmax', [graph.last(input!)], { axis: -1 }),
});

/** Layer normalization as one node, where an addition is its last step; what it was made of is left out, as nothing else needs it. */
const addition: Translation = (graph, op) => {
  const parts = layerNormalizationIn(op);
  if (!parts) return combined('Add')(graph, op);
  const { x, scale, offset, epsilon } = parts;
  const learned = [scale, offset].map((numbers) => graph.floats(numbers, [numbers.length]));
  const axis = op.outputs[0]!.shape.length - 1;
  return { last: graph.node('LayerNormalization', [graph.last(x), ...learned], { axis, epsilon }) };
};

/** GELU in the steps by which ONNX Runtime and OpenVINO recognize it: x * (1 + erf(x / sqrt(2))) / 2. */
const multiplication: Translation = (graph, op) => {
  const x = inputOfGelu(op);
  if (!x) return combined('Mul')(graph, op);
  const number = (value: number) => graph.floats(Float32Array.of(value), []);
  return each((_, input) => {
    const error = graph.node('Erf', [graph.node('Div', [input, number(Math.SQRT2)])]);
    const twice = graph.node('Mul', [input, graph.node('Add', [error, number(1)])]);
    return graph.node('Mul', [twice, number(0.5)]);
  })(graph, { ...op, inputs: [x] });
};

/** How each operation of TensorFlow that a forward pass may consist of is written in ONNX. */
export const translations: Readonly<Record<string, Translation | undefined>> = {
  Conv2D: convolution,
  DepthwiseConv2dNative: convolution,
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  FusedBatchNorm: normalization,
  FusedBatchNormV3: normalization,
  BiasAdd: combined('Add'),
  Add: addition,
  AddV2: addition,
  Sub: combined('Sub'),
  Mul: multiplication,
  RealDiv: combined('Div'),
  Maximum: combined('Max'),
  Minimum: combined('Min'),
  SquaredDifference: both((graph, a, b) => {
    const difference = graph.node('Sub', [a, b]);
    return graph.node('Mul', [difference, difference]);
  }),
  Relu: named('Relu'),
  Relu6: each((graph, input) =>
    graph.node('Clip', [input, graph.floats(Float32Array.of(0), []), graph.floats(Float32Array.of(6), [])]),
  ),
  Sigmoid: named('Sigmoid'),
  Tanh: named('Tanh'),
  Erf: named('Erf'),
  Exp: named('Exp'),
  Log: named('Log'),
  Sqrt: named('Sqrt'),
  Square: each((graph, input) => graph.node('Mul', [input, input])),
  Rsqrt: each((graph, input) => graph.node('Reciprocal', [graph.node('Sqrt', [input])])),
  Mean: reduction('ReduceMean', 'GlobalAveragePool'),
  Max: reduction('ReduceMax', 'GlobalMaxPool'),
  Sum: reduction('ReduceSum'),
  PadV2: padding,
  ConcatV2: concatenation,
  Reshape: reshape,
  Tile: repetition,
  MatMul: product,
  BatchMatMulV2: product,
  Softmax: softmax,
};
