import { elements } from '../../core/elements';
import type { ConstantValue, OpAttribute, tf } from './backend';

export interface TensorType {
  dtype: number;
  shape: readonly number[];
}

/** Whether it pays to save the memory of a tensor; the smaller ones together take little. */
export const isLarge = ({ shape }: Pick<TensorType, 'shape'>): boolean => elements(shape) >= 2 ** 14;

/** Where a tensor of a recording comes from. */
export type Source =
  | { kind: 'input'; index: number }
  | { kind: 'variable'; variable: tf.Variable }
  | { kind: 'op'; op: RecordedOp; output: number };

/** One operation that ran while a function was recorded. A `Const` has a `value` and no inputs. */
export interface RecordedOp {
  /** position in the order of execution */
  index: number;
  type: string;
  attributes: readonly OpAttribute[];
  inputs: Source[];
  outputs: TensorType[];
  value?: ConstantValue;
  /** for a constant that depends on the batch size: how */
  ofBatch?: BatchExpression;
  /** whether another call could give another result: it depends on an input, a variable or random numbers */
  varies: boolean;
  /** whether the only output has the shape of the only input at every batch size */
  keepsShape: boolean;
}

/**
 * A constant as a function of the batch size, element by element: `slope * batch + offset`, `numerator / batch`, or a
 * tensor of equal values whose shape is `slope * batch + offset`.
 */
export type BatchExpression =
  | { kind: 'linear'; slope: readonly number[]; offset: readonly number[] }
  | { kind: 'reciprocal'; numerator: readonly number[] }
  | { kind: 'fill'; value: number; slope: readonly number[]; offset: readonly number[] };

/** The operations of a function of tensors, its outputs, and the variables that it wrote. */
export interface Recording {
  inputs: TensorType[];
  ops: RecordedOp[];
  outputs: Source[];
  updates: { variable: tf.Variable; source: Source }[];
}

/** The shape of the tensor behind a source, at the batch size of the recording. */
export function shapeOf(source: Source, recording: Recording): readonly number[] {
  if (source.kind === 'variable') return source.variable.shape;
  return source.kind === 'op' ? source.op.outputs[source.output]!.shape : recording.inputs[source.index]!.shape;
}

/** Replace some sources by others throughout a recording. */
export function replaceSources(recording: Recording, replace: (source: Source) => Source): void {
  for (const op of recording.ops) op.inputs = op.inputs.map(replace);
  recording.outputs = recording.outputs.map(replace);
  for (const update of recording.updates) update.source = replace(update.source);
}

/** Append an operation with one output. */
export function appendOp(
  recording: Recording,
  op: Pick<RecordedOp, 'type' | 'attributes' | 'inputs' | 'value'>,
  output: TensorType,
): Source {
  const index = (recording.ops.at(-1)?.index ?? -1) + 1; // not the length, because operations may have been removed
  const appended = { ...op, index, outputs: [output], varies: op.type !== 'Const', keepsShape: false };
  recording.ops.push(appended);
  return { kind: 'op', op: appended, output: 0 };
}

/** The operations that outputs and updates need, in order. */
export function neededOps(recording: Recording): RecordedOp[] {
  const needed = new Set<RecordedOp>();
  const open = [...recording.outputs, ...recording.updates.map(({ source }) => source)];
  for (let source = open.pop(); source; source = open.pop()) {
    if (source.kind !== 'op' || needed.has(source.op)) continue;
    needed.add(source.op);
    open.push(...source.op.inputs);
  }
  return recording.ops.filter((op) => needed.has(op));
}

/** Each operation after those that it takes from: what was folded stands at the end of a recording. */
export function inOrder({ ops }: Pick<Recording, 'ops'>): RecordedOp[] {
  const result: RecordedOp[] = [];
  const seen = new Set<RecordedOp>();
  const place = (op: RecordedOp) => {
    if (seen.has(op)) return;
    seen.add(op);
    for (const source of op.inputs) if (source.kind === 'op') place(source.op);
    result.push(op);
  };
  for (const op of ops) place(op);
  return result;
}

/** The reason why a function cannot be compiled; the message follows "runs op by op: ". */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
