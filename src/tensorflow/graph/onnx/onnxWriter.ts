import { elements } from '../../../core/elements';
import { DataType } from '../backend';
import { inOrder, neededOps, type RecordedOp, type Recording, Refusal, type Source, shapeOf } from '../recording';
import { constantOf } from '../rewrite';
import type { OnnxGraph, OnnxNode } from './onnxModel';

/** The names of a tensor: as TensorFlow has it, `[batch, height, width, channels]`, and with the channels before height and width. */
export interface Names {
  last?: string;
  first?: string;
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/** Writes nodes, and knows what each tensor of the recording is called. */
export class OnnxWriter {
  private nodes: OnnxNode[] = [];
  private constants: OnnxGraph['constants'] = [];
  private readonly names = new Map<RecordedOp, Names>();
  private readonly inputNames: Names = { last: 'input' };

  constructor(private readonly recording: Recording) {}

  /** @param translate writes the nodes of an operation, and says what its output is called */
  write(translate: (op: RecordedOp) => Names): OnnxGraph {
    const { inputs, outputs, updates } = this.recording;
    const isFloat = inputs[0]?.dtype === DataType.float;
    if (inputs.length !== 1 || outputs.length !== 1 || updates.length > 0 || !isFloat) {
      throw new Refusal('it is not a function of one float32 tensor that gives one');
    }
    const ops = inOrder({ ops: neededOps(this.recording) });
    for (const op of ops) if (op.type !== 'Const') this.names.set(op, translate(op));
    const name = this.last(outputs[0]!);
    this.removeUnused(name);
    const anyBatch = (shape: readonly number[]) => [-1, ...shape.slice(1)];
    return {
      nodes: this.nodes,
      constants: this.constants,
      input: { name: 'input', shape: anyBatch(inputs[0]!.shape) },
      output: { name, shape: anyBatch(this.shapeOf(outputs[0]!)) },
    };
  }

  shapeOf(source: Source): readonly number[] {
    return shapeOf(source, this.recording);
  }

  /** Add a node. @returns its name, which is that of its output */
  node(type: string, inputs: string[], attributes: OnnxNode['attributes'] = {}): string {
    const name = `${type}${this.nodes.length}`;
    this.nodes.push({ name, type, inputs, attributes });
    return name;
  }

  floats(value: Float32Array, shape: readonly number[]): string {
    const name = `floats${this.constants.length}`;
    this.constants.push({ name, shape, value });
    return name;
  }

  ints(values: readonly number[]): string {
    const name = `ints${this.constants.length}`;
    this.constants.push({ name, shape: [values.length], value: BigInt64Array.from(values, BigInt) });
    return name;
  }

  /** The numbers of a constant. @throws {Refusal} if it is none */
  numbers(source: Source | undefined, what: string): Float32Array {
    const numbers = constantOf(source);
    if (!numbers) throw new Refusal(`${what} is no constant`);
    return numbers;
  }

  /** The whole numbers of a constant, such as axes; -1 where one is that of the batch. @throws {Refusal} if it is none */
  wholeNumbers(source: Source | undefined, what: string): number[] {
    const op = source?.kind === 'op' ? source.op : undefined;
    if (op?.type !== 'Const' || !(op.value instanceof Int32Array)) throw new Refusal(`${what} is no constant`);
    const { ofBatch } = op;
    if (!ofBatch) return [...op.value];
    if (ofBatch.kind !== 'linear') throw new Refusal(`${what} depends on the batch`);
    const numbers = ofBatch.slope.map((slope, i) => (slope === 0 ? ofBatch.offset[i]! : -1));
    if (numbers.filter((number) => number === -1).length > 1) throw new Refusal(`${what} depends on the batch`);
    return numbers;
  }

  /** Whether a tensor is there with its channels first already. */
  isFirst(source: Source): boolean {
    return this.namesOf(source)?.first !== undefined;
  }

  /** The tensor as TensorFlow has it. */
  last(source: Source): string {
    const names = this.namesOf(source) ?? this.addConstant(source);
    names.last ??= this.node('Transpose', [names.first!], { perm: TO_LAST });
    return names.last;
  }

  /** A tensor of rank 4 with its channels first. */
  first(source: Source): string {
    const names = this.namesOf(source) ?? this.addConstant(source);
    names.first ??= this.node('Transpose', [names.last!], { perm: TO_FIRST });
    return names.first;
  }

  /** The tensor in either layout, where both have the numbers in the same order. */
  inOrder(source: Source): string {
    const [, height, width] = this.shapeOf(source);
    return this.isFirst(source) && height === 1 && width === 1 ? this.first(source) : this.last(source);
  }

  /** A tensor to be combined with one of rank 4 that has its channels first; undefined where that cannot be. */
  besideFirst(source: Source): string | undefined {
    const numbers = constantOf(source);
    const shape = this.shapeOf(source);
    if (elements(shape) === 1 || isRepeated(source)) return this.last(source);
    if (!numbers) return shape.length === 4 ? this.first(source) : undefined;
    const padded = [...new Array<number>(4 - shape.length).fill(1), ...shape];
    const only = padded.at(-1) === numbers.length; // one number a channel
    return only ? this.floats(numbers, [numbers.length, 1, 1]) : shape.length === 4 ? this.first(source) : undefined;
  }

  /** Take out what the output does not need: the steps of a function that is one node, and its constants. */
  private removeUnused(output: string): void {
    const needed = new Set([output]);
    const nodes = this.nodes.toReversed().filter(({ name, inputs }) => {
      if (!needed.has(name)) return false;
      for (const input of inputs) needed.add(input);
      return true;
    });
    this.nodes = nodes.reverse();
    this.constants = this.constants.filter(({ name }) => needed.has(name));
  }

  private namesOf(source: Source): Names | undefined {
    if (source.kind === 'input') return this.inputNames;
    if (source.kind === 'variable') throw new Refusal(`its variable ${source.variable.name} is not frozen`);
    if (source.output > 0) throw new Refusal(`it uses a further result of ${source.op.type}`);
    return this.names.get(source.op);
  }

  private addConstant(source: Source): Names {
    const { op } = source as Extract<Source, { kind: 'op' }>;
    const { ofBatch, value } = op;
    if (!(value instanceof Float32Array) || (ofBatch && !isRepeated(source))) {
      throw new Refusal('it uses a constant that is not of float32, or depends on the batch');
    }
    const last =
      ofBatch?.kind === 'fill'
        ? this.floats(Float32Array.of(ofBatch.value), [])
        : this.floats(value, op.outputs[0]!.shape);
    const names = { last };
    this.names.set(op, names);
    return names;
  }
}

/** Whether a source is a tensor of the batch's size with equal numbers: one number, which ONNX repeats where it is combined with others. */
const isRepeated = (source: Source) => source.kind === 'op' && source.op.ofBatch?.kind === 'fill';
