import { attributeOf, samePadding } from './absorbPadding';
import { DataType } from './backend';
import type { RecordedOp } from './recording';
import type { AttributeValue, GraphNode } from './savedModel';

/** What the nodes for the gradient of a filter are made of. */
export interface FilterGradient {
  op: RecordedOp;
  /** of the node that gives the result */
  name: string;
  /** names of pictures, shape of the filter, and gradient of the results */
  inputs: readonly string[];
  /** [batch, height, width, channels] of the pictures, at any batch size */
  pictures: readonly number[];
  /** the attributes of the operation */
  attributes: Record<string, AttributeValue>;
}

/** The widest filter for which oneDNN, which computes TensorFlow's convolutions on processors, has a fast gradient. */
const WIDEST = 3;

/**
 * TensorFlow's nodes for the gradient of a convolution's filter, in a form that processors compute faster than the operation itself;
 * undefined where that form is the operation itself.
 *
 * - A filter of one pixel: a matrix product, [pictures x positions, channels] with itself turned, which is a fifth to two fifths faster.
 * - A depthwise filter of more than three columns: the gradients of three columns or two at a time, side by side. For wider ones oneDNN
 *   3.x computes a grouped convolution with one channel in 16 used, two to five times as long.
 *
 * Both give the same sums in another order.
 */
export function filterGradientNodes(gradient: FilterGradient): GraphNode[] | undefined {
  const { op, attributes } = gradient;
  const isFloat = op.outputs[0]!.dtype === DataType.float;
  const dilations = (attributeOf(op, 'dilations') as number[] | undefined) ?? [];
  if (!isFloat || attributes.padding === undefined || dilations.some((dilation) => dilation !== 1)) return undefined;
  if (op.type === 'Conv2DBackpropFilter') return asProduct(gradient);
  return op.type === 'DepthwiseConv2dNativeBackpropFilter' ? inColumns(gradient) : undefined;
}

const T = { type: DataType.float };
const Tshape = { type: DataType.int32 };

function asProduct({ op, name, inputs: [x, shape, dy], pictures }: FilterGradient): GraphNode[] | undefined {
  const [height, width, channels, filters] = op.outputs[0]!.shape as [number, number, number, number];
  const strides = attributeOf(op, 'strides') as number[];
  const isPixel = height === 1 && width === 1 && strides.every((stride) => stride === 1);
  if (!isPixel || channels !== pictures[3]) return undefined;
  const rows = (of: string, what: string, columns: number): GraphNode[] => [
    integers(`${name}/${what}/shape`, [-1, columns]),
    { name: `${name}/${what}`, type: 'Reshape', inputs: [of, `${name}/${what}/shape`], attributes: { T, Tshape } },
  ];
  return [
    ...rows(x!, 'pictures', channels),
    ...rows(dy!, 'gradient', filters),
    {
      name: `${name}/product`,
      type: 'MatMul',
      inputs: [`${name}/pictures`, `${name}/gradient`],
      attributes: { T, transpose_a: { bool: true }, transpose_b: { bool: false } },
    },
    { name, type: 'Reshape', inputs: [`${name}/product`, shape!], attributes: { T, Tshape } },
  ];
}

function inColumns({ op, name, inputs: [x, , dy], pictures, attributes }: FilterGradient): GraphNode[] | undefined {
  const [height, width, ...channels] = op.outputs[0]!.shape as [number, number, number, number];
  if (width <= WIDEST) return undefined;
  const [, down, across] = attributeOf(op, 'strides') as number[];
  const isSame = attributeOf(op, 'padding') === 'SAME';
  const [top, bottom] = isSame ? samePadding(pictures[1]!, height, down!) : [0, 0];
  const [left, right] = isSame ? samePadding(pictures[2]!, width, across!) : [0, 0];
  const results = Math.floor((left + pictures[2]! + right - width) / across!) + 1;
  const padded = `${name}/padded`;
  const nodes = [
    integers(`${padded}/sizes`, [0, 0, top, bottom, left, right, 0, 0], [4, 2]),
    { name: padded, type: 'Pad', inputs: [x!, `${padded}/sizes`], attributes: { T, Tpaddings: Tshape } },
  ];
  const parts: string[] = [];
  const count = Math.ceil(width / WIDEST);
  for (let part = 0, from = 0; part < count; part++) {
    const columns = Math.floor(width / count) + (part < width % count ? 1 : 0);
    const node = `${name}/columns${from}`;
    nodes.push(
      integers(`${node}/begin`, [0, 0, from, 0]),
      integers(`${node}/size`, [-1, -1, (results - 1) * across! + columns, -1]),
      integers(`${node}/shape`, [height, columns, ...channels]),
      {
        name: `${node}/pictures`,
        type: 'Slice',
        inputs: [padded, `${node}/begin`, `${node}/size`],
        attributes: { T, Index: Tshape },
      },
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
  const concatenated = { N: { int: parts.length }, T, Tidx: Tshape };
  return [...nodes, axis, { name, type: 'ConcatV2', inputs: [...parts, axis.name], attributes: concatenated }];
}

function integers(name: string, numbers: readonly number[], shape: readonly number[] = [numbers.length]): GraphNode {
  const value = { tensor: { dtype: DataType.int32, shape, value: Int32Array.from(numbers) } };
  return { name, type: 'Const', inputs: [], attributes: { dtype: { type: DataType.int32 }, value } };
}
