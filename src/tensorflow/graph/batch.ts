import { DataType } from './backend';
import { type BatchExpression, type RecordedOp, type Recording, Refusal, type Source } from './recording';
import { equalValue } from './savedModel';

/** A recording of the same function at some batch size. */
export interface SizedRecording {
  batch: number;
  recording: Recording;
}

/**
 * Find out which constants of a function depend on the batch size, and how, by comparing recordings at different sizes:
 * the first two give the expression, every other one must confirm it. A number that changes for another reason (a step
 * counter in JavaScript, say) confirms nothing, and is refused.
 *
 * The first recording then holds for every batch size: its constants carry their expression in `ofBatch`.
 * With recordings of one size only, all constants must be equal.
 *
 * @throws {Refusal} if the recordings differ in more than that
 */
export function generalize(recordings: readonly [SizedRecording, SizedRecording, ...SizedRecording[]]): void {
  const [first, ...others] = recordings;
  for (const { recording } of others) checkSameOps(first.recording, recording);
  for (const op of first.recording.ops) {
    const versions = recordings.map(({ batch, recording }) => ({ batch, op: recording.ops[op.index]! }));
    op.keepsShape = versions.every(({ op }) => op.keepsShape);
    if (op.type === 'Const') op.ofBatch = expressionOf(versions);
  }
}

function checkSameOps(a: Recording, b: Recording): void {
  if (a.ops.length !== b.ops.length) {
    throw new Refusal(`it runs other operations from call to call (${a.ops.length} and ${b.ops.length})`);
  }
  const differs = (op: RecordedOp, other: RecordedOp) =>
    op.type !== other.type ||
    !sameSources(op.inputs, other.inputs) ||
    JSON.stringify(op.attributes) !== JSON.stringify(other.attributes);
  const at = a.ops.findIndex((op, i) => differs(op, b.ops[i]!));
  if (at >= 0) throw new Refusal(`operation ${at} (${a.ops[at]!.type}) differs from call to call`);
  const written = (recording: Recording) => recording.updates.map(({ variable }) => variable.id).join();
  const results = (recording: Recording) => [...recording.outputs, ...recording.updates.map(({ source }) => source)];
  if (written(a) !== written(b) || !sameSources(results(a), results(b))) {
    throw new Refusal('what it gives back or writes differs from call to call');
  }
}

function sameSources(a: readonly Source[], b: readonly Source[]): boolean {
  const same = (x: Source, y: Source | undefined) => {
    if (x.kind === 'input') return y?.kind === 'input' && x.index === y.index;
    if (x.kind === 'variable') return y?.kind === 'variable' && x.variable === y.variable;
    return y?.kind === 'op' && x.op.index === y.op.index && x.output === y.output;
  };
  return a.length === b.length && a.every((source, i) => same(source, b[i]));
}

interface Version {
  batch: number;
  op: RecordedOp;
}

type Numbers = Float32Array | Int32Array | Uint8Array;

function expressionOf(versions: readonly Version[]): BatchExpression | undefined {
  const [a, b] = versions as [Version, Version];
  if (versions.every(({ op }) => sameConstant(op, a.op))) return undefined;
  const { dtype } = a.op.outputs[0]!;
  if (a.batch !== b.batch && dtype !== DataType.string) {
    const candidates = dtype === DataType.bool ? [fill(a, b)] : [fill(a, b), linear(a, b), reciprocal(a, b)];
    const found = candidates.find(
      (expression) => expression && versions.every((version) => predicts(expression, version)),
    );
    if (found) return found;
  }
  const shapes = versions.map(({ op }) => `[${op.outputs[0]!.shape}]`).join(', ');
  throw new Refusal(`a number made in JavaScript changes from call to call (shapes ${shapes})`);
}

function sameConstant(a: RecordedOp, b: RecordedOp): boolean {
  if (a.outputs[0]!.shape.join() !== b.outputs[0]!.shape.join()) return false;
  if (Array.isArray(a.value)) return a.value.join() === (b.value as readonly Uint8Array[]).join();
  const [x, y] = [a.value as Numbers, b.value as Numbers];
  return x.length === y.length && x.every((value, i) => Object.is(value, y[i]));
}

/** Slope and offset through two points, number by number. */
function line(a: ArrayLike<number>, b: ArrayLike<number>, from: number, to: number) {
  const slope = Array.from(a, (value, i) => (b[i]! - value) / (to - from));
  return { slope, offset: slope.map((value, i) => a[i]! - value * from) };
}

function fill(a: Version, b: Version): BatchExpression | undefined {
  const value = equalValue(a.op.value as Numbers);
  const [from, to] = [a.op.outputs[0]!.shape, b.op.outputs[0]!.shape];
  if (value === undefined || from.length !== to.length || from.join() === to.join()) return undefined;
  return { kind: 'fill', value, ...line(from, to, a.batch, b.batch) };
}

function linear(a: Version, b: Version): BatchExpression | undefined {
  const [x, y] = [a.op.value as Numbers, b.op.value as Numbers];
  return x.length === y.length ? { kind: 'linear', ...line(x, y, a.batch, b.batch) } : undefined;
}

function reciprocal(a: Version, b: Version): BatchExpression | undefined {
  const [x, y] = [a.op.value as Numbers, b.op.value as Numbers];
  if (x.length !== y.length || a.op.outputs[0]!.dtype !== DataType.float) return undefined;
  return { kind: 'reciprocal', numerator: Array.from(x, (value) => value * a.batch) };
}

/** Whether an expression gives the constant that was recorded. */
function predicts(expression: BatchExpression, { batch, op }: Version): boolean {
  const { shape, dtype } = op.outputs[0]!;
  const actual = op.value as Numbers;
  if (expression.kind === 'fill') {
    const sizes = expression.slope.map((slope, i) => slope * batch + expression.offset[i]!);
    return sizes.join() === shape.join() && equalValue(actual) === expression.value;
  }
  const numbers =
    expression.kind === 'linear'
      ? expression.slope.map((slope, i) => slope * batch + expression.offset[i]!)
      : expression.numerator.map((numerator) => numerator / batch);
  if (numbers.length !== actual.length) return false;
  if (dtype !== DataType.float) {
    const parts = expression.kind === 'linear' ? [...expression.slope, ...expression.offset] : [];
    return parts.every(Number.isInteger) && numbers.every((number, i) => number === actual[i]);
  }
  return numbers.every((number, i) => Math.abs(number - actual[i]!) <= 1e-6 * Math.abs(actual[i]!));
}
