import { attribute, DataType } from './backend';
import { appendOp, inOrder, type RecordedOp, type Recording, type Source, shapeOf } from './recording';
import { addConstant, constantOf } from './rewrite';

/** Operations that are always computed in bfloat16: they take most of the time. */
const PRODUCTS = new Set([
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
  'MatMul',
  'BatchMatMulV2',
]);
/** Operations that are computed in bfloat16 when their inputs are bfloat16, so that nothing is converted between two products. */
const FOLLOWERS = new Set([
  'BiasAdd',
  'Relu',
  'Relu6',
  'ReluGrad',
  'Relu6Grad',
  'AddV2',
  'Add',
  'Mul',
  'Sigmoid',
  'MaxPool',
  'MaxPoolGrad',
  'AvgPool',
  'PadV2',
  'Slice',
  'ConcatV2',
  'SplitV',
]);

/**
 * Compute convolutions and matrix products in bfloat16: numbers with the range of float32 and 8 bits of precision
 * (Kalamkar et al. 2019), half the memory, and on processors that support it twice the multiplications per cycle. Sums inside
 * a product, means and all other operations stay in float32, as do inputs and outputs. Gradients of products are products, too; what an
 * optimizer keeps and changes stays in float32 (Micikevicius et al. 2018).
 */
export function lowerPrecision(recording: Recording): void {
  const lowering = new Lowering(recording);
  for (const op of inOrder(recording)) lowering.visit(op);
  recording.outputs = recording.outputs.map((source) => lowering.asFloat(source));
  for (const update of recording.updates) update.source = lowering.asFloat(update.source);
}

class Lowering {
  /** operations whose outputs are bfloat16 now */
  private readonly lowered = new Set<RecordedOp>();
  private readonly up = new Map<string | object, Source>();
  private readonly down = new Map<string | object, Source>();

  constructor(private readonly recording: Recording) {}

  visit(op: RecordedOp): void {
    if (op.outputs.every(({ dtype }) => dtype === DataType.float) && this.follows(op)) {
      op.inputs = op.inputs.map((source) => (this.isFloat(source) ? this.asBfloat16(source) : source));
      op.outputs = op.outputs.map((output) => ({ ...output, dtype: DataType.bfloat16 }));
      this.lowered.add(op);
    } else {
      op.inputs = op.inputs.map((source) => this.asFloat(source));
    }
  }

  asFloat(source: Source): Source {
    if (source.kind !== 'op' || !this.lowered.has(source.op)) return source;
    const key = keyOf(source);
    let float = this.up.get(key);
    if (!float) {
      float = this.cast(source, DataType.float);
      this.up.set(key, float);
    }
    return float;
  }

  private follows(op: RecordedOp): boolean {
    if (PRODUCTS.has(op.type)) return true;
    const isLow = (source: Source) => source.kind === 'op' && this.lowered.has(source.op);
    const isSmall = (source: Source) => constantOf(source) !== undefined || shapeOf(source, this.recording).length <= 1;
    const fits = (source: Source) => isLow(source) || isSmall(source) || !this.isFloat(source);
    return FOLLOWERS.has(op.type) && op.inputs.some(isLow) && op.inputs.every(fits);
  }

  private asBfloat16(source: Source): Source {
    if (source.kind === 'op' && this.lowered.has(source.op)) return source;
    const key = keyOf(source);
    let low = this.down.get(key);
    if (!low) {
      const numbers = constantOf(source);
      const shape = numbers && (source as Extract<Source, { kind: 'op' }>).op.outputs[0]!.shape;
      low = shape
        ? addConstant(this.recording, { dtype: DataType.bfloat16, shape }, toBfloat16(numbers))
        : this.cast(source, DataType.bfloat16);
      this.down.set(key, low);
    }
    return low;
  }

  private cast(source: Source, dtype: number): Source {
    const shape = shapeOf(source, this.recording);
    return appendOp(
      this.recording,
      { type: 'Cast', attributes: [attribute.type('DstT', dtype)], inputs: [source] },
      { dtype, shape },
    );
  }

  private isFloat(source: Source): boolean {
    if (source.kind === 'op') return source.op.outputs[source.output]!.dtype === DataType.float;
    if (source.kind === 'variable') return source.variable.dtype === 'float32';
    return this.recording.inputs[source.index]!.dtype === DataType.float;
  }
}

const keyOf = (source: Source): string | object => {
  if (source.kind === 'variable') return source.variable;
  return source.kind === 'op' ? `operation ${source.op.index}, output ${source.output}` : `input ${source.index}`;
};

/** The upper halves of float32 numbers, rounded to the nearest, to the even one of two. */
export function toBfloat16(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.slice().buffer);
  return Uint16Array.from(bits, (bit) => {
    if ((bit & 0x7fffffff) > 0x7f800000) return 0x7fc0; // not a number stays none
    return (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16;
  });
}
