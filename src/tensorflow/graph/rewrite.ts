import { elements } from '../../core/elements';
import { attribute, type ConstantValue, DataType } from './backend';
import {
  appendOp,
  type RecordedOp,
  type Recording,
  replaceSources,
  type Source,
  shapeOf,
  type TensorType,
} from './recording';

/** Put the current values of some variables into a recording as constants. */
export function freezeVariables(recording: Recording, frozen: ReadonlySet<object>): void {
  const constants = new Map<object, Source>();
  replaceSources(recording, (source) => {
    if (source.kind !== 'variable' || !frozen.has(source.variable)) return source;
    const { variable } = source;
    let constant = constants.get(variable);
    if (!constant) {
      const dtypes: Record<string, number> = { float32: DataType.float, int32: DataType.int32, bool: DataType.bool };
      const type = { dtype: dtypes[variable.dtype]!, shape: variable.shape };
      constant = addConstant(recording, type, variable.dataSync() as ConstantValue);
      constants.set(variable, constant);
    }
    return constant;
  });
}

/**
 * Take out operations that do nothing: reshapes to the shape that is there, casts to the type that is there. tfjs puts a
 * reshape behind each batch normalization; it would keep TensorFlow from fusing convolution, bias and activation.
 */
export function removeIdentities(recording: Recording): void {
  const does = (op: RecordedOp) => {
    if (op.type === 'Reshape' || op.type === 'Identity') return !op.keepsShape;
    return op.type !== 'Cast' || inputType(op, recording)?.dtype !== op.outputs[0]!.dtype;
  };
  const through = (source: Source): Source =>
    source.kind === 'op' && source.op.inputs.length > 0 && !does(source.op) ? through(source.op.inputs[0]!) : source;
  replaceSources(recording, through);
}

function inputType(op: RecordedOp, recording: Recording): TensorType | undefined {
  const input = op.inputs[0];
  if (input?.kind === 'op') return input.op.outputs[input.output];
  return input?.kind === 'input' ? recording.inputs[input.index] : undefined;
}

/** Compute what is made of constants alone and is cheap: reshapes and fills, as tfjs makes them around weights. */
export function foldConstants(recording: Recording): void {
  const folded = new Map<RecordedOp, Source>();
  const through = (source: Source) => (source.kind === 'op' && folded.get(source.op)) || source;
  for (const op of [...recording.ops]) {
    op.inputs = op.inputs.map(through);
    const [first, second] = op.inputs;
    const output = op.outputs[0]!;
    const filling = constantOf(second);
    if (!isFixed(first) || !isFixed(second)) continue;
    if (op.type === 'Reshape') folded.set(op, addConstant(recording, output, first.op.value!));
    if (op.type === 'Fill' && filling) {
      const size = elements(output.shape);
      folded.set(op, addConstant(recording, output, new Float32Array(size).fill(filling[0]!)));
    }
  }
  replaceSources(recording, through);
}

/**
 * Write the addition of a vector to the last dimension of a convolution or matrix product as BiasAdd, which TensorFlow
 * fuses with what comes before and behind.
 */
export function recognizeBiases(recording: Recording): void {
  for (const op of [...recording.ops]) {
    if (op.type !== 'AddV2' && op.type !== 'Add') continue;
    const [product, bias] = op.inputs as [Source, Source];
    if (product.kind !== 'op' || !WEIGHTED.includes(product.op.type)) continue;
    const { dtype, shape } = product.op.outputs[0]!;
    const vector = vectorOf(bias, recording, shape.at(-1)!);
    if (dtype !== DataType.float || !vector) continue;
    op.type = 'BiasAdd';
    op.attributes = [attribute.string('data_format', 'NHWC')];
    op.inputs = [product, vector];
  }
}

/** The source, if it is a vector of this length; a constant may have dimensions of 1 before. */
function vectorOf(source: Source, recording: Recording, length: number): Source | undefined {
  const shape = shapeOf(source, recording);
  if (shape.length === 1 && shape[0] === length) return source;
  const numbers = constantOf(source);
  if (shape.length > 4 || shape.at(-1) !== length || numbers?.length !== length) return undefined;
  return addConstant(recording, { dtype: DataType.float, shape: [length] }, numbers);
}

const WEIGHTED = ['Conv2D', 'DepthwiseConv2dNative', 'MatMul'];

/** Whether a source is a constant that is the same at every batch size. */
function isFixed(source: Source | undefined): source is Extract<Source, { kind: 'op' }> {
  return source?.kind === 'op' && source.op.type === 'Const' && !source.op.ofBatch;
}

/** The numbers of a constant of type float that is the same at every batch size. */
export function constantOf(source: Source | undefined): Float32Array | undefined {
  return isFixed(source) && source.op.value instanceof Float32Array ? source.op.value : undefined;
}

export function addConstant(recording: Recording, type: TensorType, value: ConstantValue): Source {
  return appendOp(recording, { type: 'Const', attributes: [], inputs: [], value }, type);
}
