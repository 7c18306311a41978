import { ADAM_STEP, adamStepNodes, steppedVariables } from './adamStep';
import { DataType, type NodeBackend, type tf } from './backend';
import { fasterOperation } from './fasterOperations';
import { bytesOf } from './protobuf';
import { neededOps, type RecordedOp, type Recording, type Source, shapeOf } from './recording';
import type { AttributeValue, GraphNode } from './savedModel';
import { attributesOf } from './typeAttributes';
import { waitingOps } from './waitingOps';

/** A graph and the names under which to feed and fetch its tensors. */
export interface Graph {
  nodes: GraphNode[];
  inputs: string[];
  /** variables that are fed, and where */
  feeds: { variable: tf.Variable; name: string }[];
  outputs: string[];
  /** variables that get a new value, and where it is fetched */
  updates: { variable: tf.Variable; name: string }[];
  /** variables whose values stay in the session: neither fed nor fetched in a run */
  kept: KeptVariable[];
}

/** The names under which to reach a variable that stays in the session. */
export interface KeptVariable {
  variable: tf.Variable;
  /** node that outputs the value */
  read: string;
  /** placeholder: its value is assigned when `set` is fetched */
  value: string;
  set: string;
  /** whether a run gives it a new value */
  written: boolean;
}

export interface GraphSettings {
  /** the inputs whose first dimension is the batch; none if the graph is for one shape only */
  batched: ReadonlySet<number>;
  /** whether variables of type float stay in the session from run to run */
  keepVariables: boolean;
}

/** Write a recording as TensorFlow nodes. */
export function toGraph(recording: Recording, settings: GraphSettings, backend: NodeBackend): Graph {
  return new GraphWriter(recording, settings, backend).write();
}

class GraphWriter {
  private readonly nodes: GraphNode[] = [];
  private readonly feeds = new Map<tf.Variable, string>();
  private readonly kept = new Map<tf.Variable, KeptVariable>();
  private readonly batched: ReadonlySet<number>;
  /** variables that a step of Adam changes where they are: they stay in the session, too */
  private readonly stepped: ReadonlySet<tf.Variable>;
  /** names of operations that share a node with another operation */
  private readonly opNames = new Map<RecordedOp, string>();
  private readonly batchNames = new Map<number, string>();
  /** names of small constants by type, shape and bytes: optimizers repeat the same ones for every weight */
  private readonly smallConstants = new Map<string, string>();

  constructor(
    private readonly recording: Recording,
    private readonly settings: GraphSettings,
    private readonly backend: NodeBackend,
  ) {
    this.batched = settings.batched;
    this.stepped = steppedVariables(recording);
  }

  write(): Graph {
    const { recording, batched, backend } = this;
    const inputs = recording.inputs.map(({ dtype, shape }, index) => {
      const sizes = batched.has(index) ? [-1, ...shape.slice(1)] : shape;
      return this.add(`input${index}`, 'Placeholder', [], { dtype: { type: dtype }, shape: { shape: sizes } });
    });
    const ops = neededOps(recording);
    const waits = waitingOps(recording);
    // Constants first: one that is there already goes under its other name, which has to be known where it is used.
    for (const op of ops) if (op.type === 'Const') this.addConstant(op);
    for (const op of ops) {
      if (op.type === 'Const') continue;
      const types = op.inputs.map((input) => this.dtypeOf(input));
      const names = op.inputs.map((input) => this.nameOf(input));
      if (op.type === ADAM_STEP) {
        this.nodes.push(...adamStepNodes(opName(op), names));
        continue;
      }
      const attributes = attributesOf(op, types, backend.binding);
      const shapes = op.inputs.map((input) => shapeOf(input, recording));
      const recorded = { op, name: opName(op), inputs: names, shapes, attributes };
      const nodes = backend.isUsingGpuDevice ? undefined : fasterOperation(recorded);
      if (nodes) this.nodes.push(...nodes);
      else {
        const awaited = waits.get(op);
        this.add(opName(op), op.type, awaited ? [...names, `^${opName(awaited)}`] : names, attributes);
      }
    }
    const assigned = this.assignKept();
    // An identity each, so that an input or a constant can be fetched, too. What stays in the session is assigned before.
    const fetch = (name: string, source: Source) =>
      this.add(name, 'Identity', [this.nameOf(source), ...assigned], { T: { type: this.dtypeOf(source) } });
    const fetched = recording.updates.filter(({ variable }) => !this.keeps(variable));
    return {
      outputs: recording.outputs.map((source, i) => fetch(`output${i}`, source)),
      updates: fetched.map(({ variable, source }, i) => ({ variable, name: fetch(`update${i}`, source) })),
      nodes: this.nodes,
      inputs,
      feeds: Array.from(this.feeds, ([variable, name]) => ({ variable, name })),
      kept: [...this.kept.values()],
    };
  }

  /** A run without results would assign nothing: then all variables are fetched. */
  private keeps(variable: tf.Variable): boolean {
    if (this.stepped.has(variable)) return true;
    return this.settings.keepVariables && variable.dtype === 'float32' && this.recording.outputs.length > 0;
  }

  /**
   * Write the new values of the variables that stay in the session, each after its old one was read.
   *
   * @returns what to wait for, as control inputs
   */
  private assignKept(): string[] {
    const assignments = this.recording.updates
      .filter(({ variable }) => this.keeps(variable))
      .map(({ variable, source }) => {
        const kept = this.keep(variable);
        kept.written = true;
        if (source.kind === 'op' && source.op.type === ADAM_STEP) return `^${opName(source.op)}`;
        const handle = `${kept.read}/handle`;
        const inputs = [handle, this.nameOf(source), `^${kept.read}`];
        return `^${this.add(`${kept.read}/assign`, 'AssignVariableOp', inputs, { dtype: { type: DataType.float } })}`;
      });
    return assignments.length > 0 ? [`^${this.add('assigned', 'NoOp', assignments, {})}`] : [];
  }

  private keep(variable: tf.Variable): KeptVariable {
    const known = this.kept.get(variable);
    if (known) return known;
    const read = `kept${this.kept.size}`;
    const dtype = { type: DataType.float };
    const shape = { shape: variable.shape };
    const handle = this.add(`${read}/handle`, 'VarHandleOp', [], { dtype, shape, shared_name: { string: read } });
    this.add(read, 'ReadVariableOp', [handle], { dtype });
    const value = this.add(`${read}/value`, 'Placeholder', [], { dtype, shape });
    const set = this.add(`${read}/set`, 'AssignVariableOp', [handle, value], { dtype });
    // only what has a result can be fetched, and the value itself would be copied back
    const done = this.constant(`${read}/done`, DataType.int32, [], [0], [`^${set}`]);
    const kept = { variable, read, value, set: done, written: false };
    this.kept.set(variable, kept);
    return kept;
  }

  private add(name: string, type: string, inputs: string[], attributes: Record<string, AttributeValue>): string {
    this.nodes.push({ name, type, inputs, attributes });
    return name;
  }

  private constant(
    name: string,
    dtype: number,
    shape: readonly number[],
    numbers: readonly number[],
    after: string[] = [],
  ): string {
    const kinds = { [DataType.float]: Float32Array, [DataType.int32]: Int32Array, [DataType.bool]: Uint8Array };
    const value = kinds[dtype as keyof typeof kinds].from(numbers);
    return this.add(name, 'Const', after, { dtype: { type: dtype }, value: { tensor: { dtype, shape, value } } });
  }

  private dtypeOf(source: Source): number {
    if (source.kind === 'input') return this.recording.inputs[source.index]!.dtype;
    if (source.kind === 'op') return source.op.outputs[source.output]!.dtype;
    return this.backend.getDTypeInteger(source.variable.dtype);
  }

  private nameOf(source: Source): string {
    if (source.kind === 'input') return `input${source.index}`;
    if (source.kind === 'op') {
      if (source.op.type === ADAM_STEP) return this.afterStep(source);
      const name = this.opNames.get(source.op) ?? opName(source.op);
      return name + (source.output ? `:${source.output}` : '');
    }
    const { variable } = source;
    if (this.keeps(variable)) return this.keep(variable).read;
    let name = this.feeds.get(variable);
    if (!name) {
      const attributes = { dtype: { type: this.dtypeOf(source) }, shape: { shape: variable.shape } };
      name = this.add(`variable${this.feeds.size}`, 'Placeholder', [], attributes);
      this.feeds.set(variable, name);
    }
    return name;
  }

  /** The value of a variable after its step, for what needs it beside the variable itself. */
  private afterStep({ op, output }: Extract<Source, { kind: 'op' }>): string {
    const step = opName(op);
    const { read } = this.keep((op.inputs[output] as Extract<Source, { kind: 'variable' }>).variable);
    const name = `${step}/new${output}`;
    if (this.nodes.some((node) => node.name === name)) return name;
    return this.add(name, 'ReadVariableOp', [`${read}/handle`, `^${step}`], { dtype: { type: DataType.float } });
  }

  private addConstant(op: RecordedOp): void {
    const { dtype, shape } = op.outputs[0]!;
    const name = opName(op);
    const T = { type: dtype };
    const { ofBatch } = op;
    if (!ofBatch) {
      this.addValue(op, name);
    } else if (ofBatch.kind === 'reciprocal') {
      const numerator = this.constant(`${name}/numerator`, dtype, shape, ofBatch.numerator);
      this.add(name, 'RealDiv', [numerator, this.batch(dtype)], { T });
    } else if (ofBatch.kind === 'linear') {
      this.addLine(name, dtype, shape, ofBatch);
    } else {
      const rank = [shape.length];
      const sizes = this.addLine(`${name}/shape`, DataType.int32, rank, ofBatch);
      const value = this.constant(`${name}/value`, dtype, [], [ofBatch.value]);
      this.add(name, 'Fill', [sizes, value], { T, index_type: { type: DataType.int32 } });
    }
  }

  private addValue(op: RecordedOp, name: string): void {
    const { dtype, shape } = op.outputs[0]!;
    const value = op.value!;
    const key = value.length <= 16 && !Array.isArray(value) && `${dtype} ${shape} ${bytesOf(value as Float32Array)}`;
    const known = key && this.smallConstants.get(key);
    if (known) {
      this.opNames.set(op, known);
      return;
    }
    if (key) this.smallConstants.set(key, name);
    this.add(name, 'Const', [], { dtype: { type: dtype }, value: { tensor: { dtype, shape, value } } });
  }

  /** slope * batch + offset */
  private addLine(
    name: string,
    dtype: number,
    shape: readonly number[],
    { slope, offset }: { slope: readonly number[]; offset: readonly number[] },
  ): string {
    const T = { type: dtype };
    const factor = this.constant(`${name}/slope`, dtype, shape, slope);
    const product = this.add(`${name}/product`, 'Mul', [factor, this.batch(dtype)], { T });
    return this.add(name, 'AddV2', [product, this.constant(`${name}/offset`, dtype, shape, offset)], { T });
  }

  /** The batch size as a scalar: the first dimension of the first input that has one. */
  private batch(dtype: number): string {
    const known = this.batchNames.get(dtype);
    if (known) return known;
    let name: string;
    if (dtype === DataType.int32) {
      const [input] = this.batched;
      const int = { type: DataType.int32 };
      const types = { T: { type: this.recording.inputs[input!]!.dtype }, out_type: int };
      const shape = this.add('batch/shape', 'Shape', [`input${input}`], types);
      const bounds = [0, 1, 1].map((bound, i) => this.constant(`batch/bound${i}`, DataType.int32, [1], [bound]));
      const attributes = { T: int, Index: int, shrink_axis_mask: { int: 1 } };
      name = this.add('batch', 'StridedSlice', [shape, ...bounds], attributes);
    } else {
      const types = { SrcT: { type: DataType.int32 }, DstT: { type: dtype } };
      name = this.add(`batch/${dtype}`, 'Cast', [this.batch(DataType.int32)], types);
    }
    this.batchNames.set(dtype, name);
    return name;
  }
}

const opName = (op: RecordedOp) => `op${op.index}_${op.type}`;
