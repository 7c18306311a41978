import { elements } from '../../core/elements';
import { attributeOf, samePadding } from './absorbPadding';
import { DataType } from './backend';
import type { RecordedOp } from './recording';
import { constantOf } from './rewrite';
import type { AttributeValue, GraphNode } from './savedModel';

/** What the nodes for a recorded operation are made of. */
export interface Recorded {
  op: RecordedOp;
  /** of the node that gives the result */
  name: string;
  /** names of the inputs */
  inputs: readonly string[];
  /** shapes of the inputs, at any batch size */
  shapes: readonly (readonly number[])[];
  /** the attributes of the operation */
  attributes: Record<string, AttributeValue>;
}

/** The widest filter for which oneDNN, which computes TensorFlow's convolutions on processors, has a fast gradient. */
const WIDEST = 3;

/** The numbers of a filter from which a matrix product is faster than a convolution: 768 x 3072 are by a quarter, 384 x 1536 by nothing. */
const LARGE = 2 ** 20;

/**
 * TensorFlow's nodes for an operation in a form that processors compute faster than the operation itself; undefined where that form is the
 * operation itself. Both give the same sums in another order.
 *
 * - With a filter of one pixel, the gradient of the filter is a matrix product, which is up to two fifths faster. So are a convolution
 *   with a large filter that changes, and the gradient of its pictures: oneDNN first brings the filter into an order of its own, each time.
 * - The gradient of a depthwise filter of more than three columns is computed for three columns or two at a time. For wider ones oneDNN
 *   3.x computes a grouped convolution that uses one channel in 16, which takes two to five times as long.
 * - The sum of each channel, as the gradient of a bias is, is a product with ones, in half the time.
 */
export function fasterOperation(recorded: Recorded): GraphNode[] | undefined {
  const { op, attributes } = recorded;
  if (op.outputs[0]!.dtype !== DataType.float) return undefined;
  if (op.type === 'Sum') return withOnes(recorded);
  const dilations = (attributeOf(op, 'dilations') as number[] | undefined) ?? [];
  if (attributes.padding === undefined || dilations.some((dilation) => dilation !== 1)) return undefined;
  return op.type === 'DepthwiseConv2dNativeBackpropFilter' ? inColumns(recorded) : asProduct(recorded);
}

const T = { type: DataType.float };
const INT = { type: DataType.int32 };

function asProduct(recorded: Recorded): GraphNode[] | undefined {
  const { op, name, inputs, shapes } = recorded;
  const product = productOf(recorded);
  if (!product) return undefined;
  if (!isOfOnePixel(op, product.filter, product.channels)) return undefined;
  const isLarge = elements(product.filter) >= LARGE && !constantOf(op.inputs[1]);
  if (op.type !== 'Conv2DBackpropFilter' && !isLarge) return undefined;
  const matrices = product.factors.map((input, i) =>
    reshape(`${name}/factor${i}`, inputs[input]!, [-1, shapes[input]!.at(-1)!]),
  );
  const factors = [`${name}/factor0`, `${name}/factor1`];
  const result = op.outputs[0]!.shape;
  const sizes = op.type === 'Conv2DBackpropFilter' ? result : [-1, ...result.slice(1)];
  return [
    ...matrices.flat(),
    multiply(`${name}/product`, factors, product.turned),
    ...reshape(name, `${name}/product`, sizes),
  ];
}

/**
 * Whether a convolution, or the one that it is a gradient of, makes each result of all channels of one pixel: then it is a matrix product.
 *
 * @param channels of the pictures, which are more than the filter's where there are groups
 */
export function isOfOnePixel(op: RecordedOp, filter: readonly number[], channels: number): boolean {
  const strides = attributeOf(op, 'strides') as number[];
  return filter[0] === 1 && filter[1] === 1 && filter[2] === channels && strides.every((stride) => stride === 1);
}

interface Product {
  filter: readonly number[];
  /** of the pictures */
  channels: number;
  /** which inputs are multiplied */
  factors: readonly [number, number];
  /** which of the two factors is turned */
  turned?: 0 | 1;
}

function productOf({ op, shapes }: Recorded): Product | undefined {
  const result = op.outputs[0]!.shape;
  if (op.type === 'Conv2D') return { filter: shapes[1]!, channels: shapes[0]!.at(-1)!, factors: [0, 1] };
  if (op.type === 'Conv2DBackpropInput') {
    return { filter: shapes[1]!, channels: result.at(-1)!, factors: [2, 1], turned: 1 };
  }
  if (op.type !== 'Conv2DBackpropFilter') return undefined;
  return { filter: result, channels: shapes[0]!.at(-1)!, factors: [0, 2], turned: 0 };
}

function inColumns({ op, name, inputs: [x, , dy], shapes, attributes }: Recorded): GraphNode[] | undefined {
  const [height, width, ...channels] = op.outputs[0]!.shape as [number, number, number, number];
  if (width <= WIDEST) return undefined;
  const pictures = shapes[0]!;
  const [, down, across] = attributeOf(op, 'strides') as number[];
  const isSame = attributeOf(op, 'padding') === 'SAME';
  const [top, bottom] = isSame ? samePadding(pictures[1]!, height, down!) : [0, 0];
  const [left, right] = isSame ? samePadding(pictures[2]!, width, across!) : [0, 0];
  const results = Math.floor((left + pictures[2]! + right - width) / across!) + 1;
  const padded = `${name}/padded`;
  const nodes = [
    integers(`${padded}/sizes`, [0, 0, top, bottom, left, right, 0, 0], [4, 2]),
    { name: padded, type: 'Pad', inputs: [x!, `${padded}/sizes`], attributes: { T, Tpaddings: INT } },
  ];
  const parts: string[] = [];
  const count = Math.ceil(width / WIDEST);
  for (let part = 0, from = 0; part < count; part++) {
    const columns = Math.floor(width / count) + (part < width % count ? 1 : 0);
    const node = `${name}/columns${from}`;
    nodes.push(
      ...slice(`${node}/pictures`, padded, [0, 0, from, 0], [-1, -1, (results - 1) * across! + columns, -1]),
      integers(`${node}/shape`, [height, columns, ...channels]),
      {
        name: node,
        type: op.type,
        inputs: [`${node}/pictures`, `${node}/shape`, dy!],
        attributes: { ...attributes, padding: { string: 'VALID' } },
      },
    );
    parts.push(node);
    from += columns;
  }
  const axis = integers(`${name}/axis`, [1], []);
  const concatenated = { N: { int: parts.length }, T, Tidx: INT };
  return [...nodes, axis, { name, type: 'ConcatV2', inputs: [...parts, axis.name], attributes: concatenated }];
}

function withOnes({ op, name, inputs: [x], shapes: [shape] }: Recorded): GraphNode[] | undefined {
  const axes = op.inputs[1]?.kind === 'op' ? (op.inputs[1].op.value as Int32Array | undefined) : undefined;
  const channels = shape!.at(-1)!;
  const isOfChannels = shape!.length === 4 && axes?.join() === '0,1,2' && op.outputs[0]!.shape.length === 1;
  if (!isOfChannels) return undefined;
  const rows = `${name}/rows`;
  return [
    ...reshape(rows, x!, [-1, channels]),
    ...slice(`${name}/column`, rows, [0, 0], [-1, 1]),
    { name: `${name}/ones`, type: 'OnesLike', inputs: [`${name}/column`], attributes: { T } },
    multiply(`${name}/product`, [`${name}/ones`, rows], 0),
    ...reshape(name, `${name}/product`, [channels]),
  ];
}

/** @param turned which of the two factors is turned */
function multiply(name: string, inputs: string[], turned?: 0 | 1): GraphNode {
  const attributes = { T, transpose_a: { bool: turned === 0 }, transpose_b: { bool: turned === 1 } };
  return { name, type: 'MatMul', inputs, attributes };
}

/** @param size with -1 for all that there is */
function slice(name: string, source: string, begin: readonly number[], size: readonly number[]): GraphNode[] {
  const [from, lengths] = [integers(`${name}/begin`, begin), integers(`${name}/size`, size)];
  const inputs = [source, from.name, lengths.name];
  return [from, lengths, { name, type: 'Slice', inputs, attributes: { T, Index: INT } }];
}

/** @param sizes with -1 in place of what depends on the batch size */
function reshape(name: string, source: string, sizes: readonly number[]): GraphNode[] {
  const shape = integers(`${name}/shape`, sizes);
  return [shape, { name, type: 'Reshape', inputs: [source, shape.name], attributes: { T, Tshape: INT } }];
}

function integers(name: string, numbers: readonly number[], shape: readonly number[] = [numbers.length]): GraphNode {
  const value = { tensor: { dtype: DataType.int32, shape, value: Int32Array.from(numbers) } };
  return { name, type: 'Const', inputs: [], attributes: { dtype: INT, value } };
}
