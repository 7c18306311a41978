import { groupMask, groupParts } from '../groupParts';
import { attribute, type ConstantValue, DataType } from './backend';
import { countUses } from './foldBatchNormalization';
import {
  appendOp,
  neededOps,
  type RecordedOp,
  type Recording,
  replaceSources,
  type Source,
  shapeOf,
} from './recording';
import { addConstant, constantOf } from './rewrite';

/** What TensorFlow fuses with the convolution before it, in this order: its parts are fused with their convolutions, too. */
const FUSED = [['BiasAdd'], ['Relu', 'Relu6']];

/** The numbers of pictures and filters: where bfloat16 is wanted, it comes after this. */
const FLOAT = { dtype: DataType.float };

/**
 * Write each grouped convolution as a few dense ones, side by side, with zeros between their groups. TensorFlow fuses a convolution
 * with what comes behind it, and then refuses to compute groups; one with few channels is faster as a dense one, too.
 */
export function splitGroupedConvolutions(recording: Recording): void {
  const isGrouped = (op: RecordedOp) =>
    op.type === 'Conv2D' && shapeOf(op.inputs[0]!, recording)[3] !== shapeOf(op.inputs[1]!, recording)[2];
  const grouped = recording.ops.filter(isGrouped);
  if (grouped.length === 0) return;
  const uses = countUses(recording);
  const replaced = new Map<RecordedOp, Source>();
  const replace = (source: Source) => (source.kind === 'op' && replaced.get(source.op)) || source;
  for (const convolution of grouped) {
    const chain = [convolution];
    for (const types of FUSED) {
      const last = chain.at(-1)!;
      const next = recording.ops.find(({ inputs: [first] }) => first?.kind === 'op' && first.op === last);
      if (next && uses.get(last) === 1 && types.includes(next.type)) chain.push(next);
    }
    replaced.set(chain.at(-1)!, new Splitting(recording, convolution).write(chain));
  }
  replaceSources(recording, replace);
  recording.ops = neededOps(recording);
}

class Splitting {
  private readonly parts: number[];
  /** channels and filters of a group */
  private readonly channels: number;
  private readonly filters: number;

  constructor(
    private readonly recording: Recording,
    convolution: RecordedOp,
  ) {
    const [input, kernel] = convolution.inputs.map((source) => shapeOf(source, recording)) as [number[], number[]];
    const groups = input[3]! / kernel[2]!;
    this.channels = kernel[2]!;
    this.filters = kernel[3]! / groups;
    this.parts = groupParts(groups, this.channels);
  }

  /** A convolution and what is fused with it, part by part, and their results as one tensor. */
  write([convolution, ...fused]: RecordedOp[]): Source {
    const { channels, filters } = this;
    const inputs = this.split(convolution!.inputs[0]!, channels);
    const kernels = this.split(convolution!.inputs[1]!, filters).map((kernel, i) => this.dense(kernel, this.parts[i]!));
    let results = inputs.map((input, i) => this.part(convolution!, [input, kernels[i]!], i));
    for (const op of fused) {
      const others = op.inputs.slice(1).map((source) => this.split(source, filters));
      results = results.map((result, i) => this.part(op, [result, ...others.map((parts) => parts[i]!)], i));
    }
    if (results.length === 1) return results[0]!;
    const last = fused.at(-1) ?? convolution!;
    const attributes = [attribute.int('N', results.length), attribute.type('Tidx', DataType.int32)];
    const inputsAndAxis = [...results, this.integers([], [3])];
    return appendOp(this.recording, { type: 'ConcatV2', attributes, inputs: inputsAndAxis }, last.outputs[0]!);
  }

  private part({ type, attributes, outputs }: RecordedOp, inputs: Source[], part: number): Source {
    const { dtype, shape } = outputs[0]!;
    const output = { dtype, shape: [...shape.slice(0, -1), this.parts[part]! * this.filters] };
    return appendOp(this.recording, { type, attributes, inputs }, output);
  }

  /** The parts of a tensor along its last dimension, of which each group has `size`. */
  private split(source: Source, size: number): Source[] {
    const { recording } = this;
    const shape = shapeOf(source, recording);
    const sizes = this.parts.map((groups) => groups * size);
    if (sizes.length === 1) return [source];
    const shapes = sizes.map((length) => [...shape.slice(0, -1), length]);
    const numbers = constantOf(source);
    if (numbers) {
      let from = 0;
      return sizes.map((length, i) => {
        const part = columns(numbers, shape.at(-1)!, from, length);
        from += length;
        return addConstant(recording, { ...FLOAT, shape: shapes[i]! }, part);
      });
    }
    const attributes = [attribute.int('num_split', sizes.length), attribute.type('Tlen', DataType.int32)];
    const inputs = [source, this.integers([sizes.length], sizes), this.integers([], [shape.length - 1])];
    const first = appendOp(recording, { type: 'SplitV', attributes, inputs }, { ...FLOAT, shape: shapes[0]! });
    const { op } = first as Extract<Source, { kind: 'op' }>;
    op.outputs = shapes.map((each) => ({ ...FLOAT, shape: each }));
    return sizes.map((_, output) => ({ kind: 'op', op, output }));
  }

  /**
   * The filters of several groups as those of one dense convolution.
   *
   * @param kernel [height, width, channels, groups * filters]
   * @returns [height, width, groups * channels, groups * filters]
   */
  private dense(kernel: Source, groups: number): Source {
    if (groups === 1) return kernel;
    const { recording, channels, filters } = this;
    const [height, width] = shapeOf(kernel, recording) as [number, number];
    const sides = [groups * channels, groups * filters];
    const shape = [height, width, ...sides];
    const mask = groupMask(groups, channels, filters);
    const numbers = constantOf(kernel);
    if (numbers) return addConstant(recording, { ...FLOAT, shape }, spread(numbers, mask, channels, groups * filters));
    const times = this.integers([4], [1, 1, groups, 1]);
    const tiled = appendOp(recording, { type: 'Tile', attributes: [], inputs: [kernel, times] }, { ...FLOAT, shape });
    const zeros = addConstant(recording, { ...FLOAT, shape: sides }, mask);
    return appendOp(recording, { type: 'Mul', attributes: [], inputs: [tiled, zeros] }, { ...FLOAT, shape });
  }

  private integers(shape: number[], values: number[]): Source {
    return addConstant(this.recording, { dtype: DataType.int32, shape }, Int32Array.from(values));
  }
}

/** Some neighbouring columns of a matrix. */
function columns(numbers: Float32Array, width: number, from: number, length: number): ConstantValue {
  const part = new Float32Array((numbers.length / width) * length);
  for (let row = 0; row * width < numbers.length; row++)
    part.set(numbers.subarray(row * width + from, row * width + from + length), row * length);
  return part;
}

/** The numbers of a kernel, [height * width * channels, columns], where the mask, [groups * channels, columns], has ones. */
function spread(numbers: Float32Array, mask: Float32Array, channels: number, width: number): ConstantValue {
  const places = numbers.length / (channels * width);
  const result = new Float32Array(places * mask.length);
  for (let place = 0; place < places; place++)
    for (let i = 0; i < mask.length; i++) {
      const row = Math.floor(i / width) % channels;
      if (mask[i] === 1) result[place * mask.length + i] = numbers[(place * channels + row) * width + (i % width)]!;
    }
  return result;
}
