import { type RecordedOp, type Recording, replaceSources, type Source, shapeOf } from './recording';

/**
 * Take out zero padding before a convolution that comes to the same as the convolution's own padding 'SAME': Keras pads
 * by hand before convolutions of stride 2, which for sides of even length is what TensorFlow does by itself, without
 * writing the padded picture to memory.
 */
export function absorbPadding(recording: Recording): void {
  const absorbed = new Map<RecordedOp, RecordedOp>();
  for (const op of recording.ops) {
    const [input, filter] = op.inputs;
    if (!['Conv2D', 'DepthwiseConv2dNative'].includes(op.type) || input?.kind !== 'op') continue;
    const padding = zeroPadding(input.op);
    const kernel = filter && shapeOf(filter, recording);
    const size = shapeOf(input.op.inputs[0]!, recording);
    if (!padding || !kernel || attributeOf(op, 'padding') !== 'VALID') continue;
    const strides = attributeOf(op, 'strides') as number[];
    const dilations = (attributeOf(op, 'dilations') as number[] | undefined) ?? [];
    const isSame = [1, 2].every((axis) => {
      const [before, after] = samePadding(size[axis]!, kernel[axis - 1]!, strides[axis]!);
      return padding[2 * axis] === before && padding[2 * axis + 1] === after;
    });
    if (!isSame || dilations.some((dilation) => dilation !== 1)) continue;
    const attributes = op.attributes.map((attribute) =>
      attribute.name === 'padding' ? { ...attribute, value: 'SAME' } : attribute,
    );
    absorbed.set(op, { ...op, attributes, inputs: [input.op.inputs[0]!, filter] });
  }
  recording.ops = recording.ops.map((op) => absorbed.get(op) ?? op);
  replaceSources(recording, (source) => {
    const replacement = source.kind === 'op' && absorbed.get(source.op);
    return replacement ? { ...(source as Extract<Source, { kind: 'op' }>), op: replacement } : source;
  });
}

/** How far zeros are put around height and width: [0, 0, top, bottom, left, right, 0, 0]; undefined if it is not that. */
function zeroPadding(op: RecordedOp): Int32Array | undefined {
  const [, sizes, value] = op.inputs;
  if (op.type !== 'PadV2' || sizes?.kind !== 'op' || value?.kind !== 'op') return undefined;
  const numbers = sizes.op.value;
  const isZero = value.op.value instanceof Float32Array && value.op.value[0] === 0;
  if (!(numbers instanceof Int32Array) || numbers.length !== 8 || sizes.op.ofBatch || !isZero) return undefined;
  return [0, 1, 6, 7].every((i) => numbers[i] === 0) ? numbers : undefined;
}

/** What TensorFlow puts before and after a side for padding 'SAME'. */
export function samePadding(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

export const attributeOf = (op: RecordedOp, name: string) =>
  op.attributes.find((attribute) => attribute.name === name)?.value;
