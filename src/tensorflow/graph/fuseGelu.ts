import { elements } from '../../core/elements';
import { attribute, DataType } from './backend';
import { isOfOnePixel } from './fasterOperations';
import { countUses } from './foldBatchNormalization';
import { inputOfGelu } from './patterns';
import { appendOp, type RecordedOp, type Recording, replaceSources, type Source, shapeOf } from './recording';
import { addConstant, constantOf } from './rewrite';

/**
 * Write a convolution of one pixel, its bias and the GELU behind it as a matrix product, bias and GELU: these three TensorFlow computes
 * as one operation (oneDNN's product, which applies the rest to each number before it is written), where after a convolution it goes
 * through the memory five more times. In ConvNeXt the largest tensors are there.
 *
 * Only where nothing else reads what lies between, as the gradient does, and where the filter does not change: a product reads a filter
 * that does in one order only.
 */
export function fuseGelu(recording: Recording): void {
  const uses = countUses(recording);
  const fused = new Map<RecordedOp, Source>();
  for (const last of [...recording.ops]) {
    const source = inputOfGelu(last);
    const bias = source?.kind === 'op' && source.op.type === 'BiasAdd' ? source.op : undefined;
    const product = bias?.inputs[0]?.kind === 'op' ? bias.inputs[0].op : undefined;
    // read by both factors of the last multiplication
    if (!bias || !product || uses.get(bias) !== 2 || uses.get(product) !== 1) continue;
    const steps = stepsBetween(bias, last);
    if (!steps.every((step) => uses.get(step) === 1)) continue;
    const rows = asProduct(recording, product);
    if (rows) fused.set(last, onRows(recording, rows, [bias, ...steps, last]));
  }
  replaceSources(recording, (source) => (source.kind === 'op' && fused.get(source.op)) || source);
}

/** The operations from the argument of the error function to its half, in order. */
function stepsBetween(bias: RecordedOp, last: RecordedOp): RecordedOp[] {
  const steps: RecordedOp[] = [];
  for (let source = last.inputs[1]; source?.kind === 'op' && source.op !== bias; source = source.op.inputs[0]) {
    steps.unshift(source.op);
  }
  return steps;
}

/** A convolution of one pixel as a matrix product; undefined if it is another one. */
function asProduct(recording: Recording, convolution: RecordedOp): Source | undefined {
  const [pictures, filter] = convolution.inputs as [Source, Source];
  const numbers = constantOf(filter);
  if (convolution.type !== 'Conv2D' || !numbers) return undefined;
  const [, , channels, filters] = shapeOf(filter, recording) as [number, number, number, number];
  const shape = shapeOf(pictures, recording);
  if (!isOfOnePixel(convolution, shapeOf(filter, recording), shape[3]!)) return undefined;
  const positions = elements(shape.slice(0, 3));
  const rows = reshaped(recording, pictures, [positions, channels], [-1, channels]);
  const matrix = addConstant(recording, { dtype: DataType.float, shape: [channels, filters] }, numbers);
  const attributes = [attribute.bool('transpose_a', false), attribute.bool('transpose_b', false)];
  const output = { dtype: DataType.float, shape: [positions, filters] };
  return appendOp(recording, { type: 'MatMul', attributes, inputs: [rows, matrix] }, output);
}

/** The same operations on a matrix instead of pictures; returns their result in the shape of pictures. */
function onRows(recording: Recording, product: Source, ops: readonly RecordedOp[]): Source {
  const matrix = { dtype: DataType.float, shape: shapeOf(product, recording) };
  const results = new Map<RecordedOp, Source>();
  let result = product;
  for (const op of ops) {
    const inputs = op.inputs.map((source, i) => {
      if (source.kind === 'op' && results.has(source.op)) return results.get(source.op)!;
      return i === 0 ? product : source; // of the bias; the others are numbers
    });
    result = appendOp(recording, { ...op, inputs }, matrix);
    results.set(op, result);
  }
  const { shape } = ops.at(-1)!.outputs[0]!;
  return reshaped(recording, result, shape, [-1, ...shape.slice(1)]);
}

/** @param sizes the shape, with -1 in place of what depends on the batch size */
function reshaped(recording: Recording, source: Source, shape: readonly number[], sizes: readonly number[]): Source {
  const type = { dtype: DataType.int32, shape: [sizes.length] };
  const inputs = [source, addConstant(recording, type, Int32Array.from(sizes))];
  const attributes = [attribute.type('Tshape', DataType.int32)];
  return appendOp(recording, { type: 'Reshape', attributes, inputs }, { dtype: DataType.float, shape });
}
