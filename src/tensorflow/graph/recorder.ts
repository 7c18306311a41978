import {
  type Binding,
  type ConstantValue,
  changedBinding,
  DataType,
  handleId,
  type NodeBackend,
  nodeBackend,
  type TensorHandle,
  tf,
} from './backend';
import { EarlyReleases, type ReleasePlan } from './earlyReleases';
import { type RecordedOp, type Recording, Refusal, type Source, type TensorType } from './recording';
import { SharedBuffers } from './sharedBuffers';
import { hookNewVariables, registeredVariables } from './variables';

/** The tensors that a recorded function returned, in order; the caller puts them back into its array or object. */
type Recordable = (...inputs: tf.Tensor[]) => readonly tf.Tensor[];

/** A recording, with the tensors that the recorded call gave back. The caller disposes of them. */
export interface RecordedCall {
  recording: Recording;
  outputs: tf.Tensor[];
  /** the new values of the variables in `recording.updates` */
  updated: tf.Tensor[];
}

export interface MemorySaving {
  /** Whether only operations and shapes are needed: the numbers of the results mean nothing then, and no variable may be made. */
  structure?: boolean;
  /** when results of the function are used last, from an earlier recording */
  releases?: ReleasePlan;
}

let recording = false;

/** Whether a function is being recorded: compiled functions that it calls must run op by op then. */
export const isRecording = (): boolean => recording;

/**
 * Run a function once and record each operation at the native binding, below tfjs, where ids are unique and aliases (clones,
 * reshapes that share data) are resolved.
 *
 * The inputs must not share data with each other or with a variable.
 *
 * @param memory what to save memory by; default: nothing
 * @throws {Refusal} if the function did something that a graph cannot repeat
 */
export function record(fn: Recordable, inputs: readonly tf.Tensor[], memory: MemorySaving = {}): RecordedCall {
  const backend = nodeBackend();
  const buffers = memory.structure ? new SharedBuffers(backend.binding) : undefined;
  const releases = memory.releases && new EarlyReleases(backend.binding, memory.releases);
  const recorder = new Recorder(backend, inputs, { buffers, releases });
  const restore = [recorder.hookBinding(), recorder.hookTensors(), recorder.hookRandom(), recorder.hookVariables()];
  recording = true;
  try {
    let call: RecordedCall | undefined;
    tf.tidy(() => {
      call = recorder.finish(fn(...inputs));
      // not returned from here: tf.tidy would walk through the whole recording for tensors
      for (const tensor of [...call.outputs, ...call.updated]) tf.keep(tensor);
    });
    return call!;
  } finally {
    recording = false;
    for (const undo of restore) undo();
    buffers?.release();
  }
}

class Recorder {
  private readonly real: Binding;
  private readonly ops: RecordedOp[] = [];
  private readonly inputTypes: TensorType[];
  /** what is behind an id of TensorFlow */
  private readonly sources = new Map<number, Source>();
  private readonly idsBefore: Map<tf.Variable, number>;
  private readonly problems = new Set<string>();

  constructor(
    private readonly backend: NodeBackend,
    inputs: readonly tf.Tensor[],
    private readonly memory: { buffers?: SharedBuffers | undefined; releases?: EarlyReleases | undefined },
  ) {
    this.real = backend.binding;
    this.inputTypes = inputs.map(({ shape, dtype }) => ({ shape, dtype: backend.getDTypeInteger(dtype) }));
    // Reading the ids uploads data that is still in JavaScript; else a weight would be uploaded during the recording, as a constant.
    this.idsBefore = new Map(registeredVariables().map((variable) => [variable, handleId(variable)]));
    for (const [variable, id] of this.idsBefore) this.sources.set(id, { kind: 'variable', variable });
    inputs.forEach((input, index) => this.sources.set(handleId(input), { kind: 'input', index }));
  }

  hookBinding(): () => void {
    const { real, backend } = this;
    const { buffers, releases } = this.memory;
    backend.binding = changedBinding(real, {
      createTensor: (shape, dtype, values) => this.createTensor(shape, dtype, values),
      executeOp: (type, attributes, ids, outputs) => {
        const inputs = ids.map((id) => this.sourceOf(id));
        releases?.use(type, ids);
        const results = real.executeOp(type, attributes, ids, outputs);
        // JavaScript may read a result that depends on no input, and go on with its numbers
        const handles = buffers && inputs.some(varies) ? results.map((result) => buffers.share(result)) : results;
        if (outputs === 0) this.problems.add(`it runs ${type} for its side effect`);
        this.add({ type, attributes: [...attributes], inputs }, handles);
        return handles;
      },
      ...(releases && { deleteTensor: releases.deleteTensor }),
      tensorDataSync: (id) => {
        const source = this.sources.get(id);
        if (source && varies(source)) this.problems.add(`it reads ${describe(source)} in JavaScript`);
        return real.tensorDataSync(id);
      },
      runSavedModel: () => {
        throw new Refusal('it runs a SavedModel');
      },
    });
    return () => {
      backend.binding = releases?.bindingAfterwards() ?? real;
    };
  }

  /**
   * Record a tensor that was made before the recording where it first goes into an operation. One whose data still waited
   * in JavaScript is uploaded at the same place, so that all recordings have their constants in the same order.
   */
  hookTensors(): () => void {
    const { backend } = this;
    const original = backend.getInputTensorIds;
    backend.getInputTensorIds = (tensors) =>
      tensors.map((tensor) => {
        const id = original.call(backend, [tensor])[0]!;
        if (!this.sources.has(id)) this.addOutside(id, tensor);
        return id;
      });
    return () => {
      backend.getInputTensorIds = original;
    };
  }

  /** Numbers that JavaScript draws would be the same in every run of the graph. */
  hookRandom(): () => void {
    const original = Math.random;
    Math.random = () => {
      this.problems.add('it draws random numbers in JavaScript');
      return original();
    };
    return () => {
      Math.random = original;
    };
  }

  /** A variable starts with numbers: one made from results that have none would keep wrong ones. */
  hookVariables(): () => void {
    if (!this.memory.buffers) return () => {};
    return hookNewVariables(() => {
      throw new Error('variables are made from numbers');
    });
  }

  finish(outputs: readonly tf.Tensor[]): RecordedCall {
    const results = outputs.map((output) => output.clone());
    const updates: Recording['updates'] = [];
    for (const variable of registeredVariables()) {
      const before = this.idsBefore.get(variable);
      const id = handleId(variable);
      if (before === undefined) this.problems.add('it creates variables at every call');
      else if (id !== before) updates.push({ variable, source: this.sourceOf(id) });
    }
    const sources = results.map((output) => this.sourceOf(handleId(output)));
    if (this.problems.size > 0) throw new Refusal([...this.problems].slice(0, 3).join('; '));
    return {
      recording: { inputs: this.inputTypes, ops: this.ops, outputs: sources, updates },
      outputs: results,
      updated: updates.map(({ variable }) => variable.clone()),
    };
  }

  private createTensor(shape: number[], dtype: number, values: ConstantValue): number {
    const id = this.real.createTensor(shape, dtype, values);
    // a copy, because the caller may write into the typed array again
    this.addConstant(id, { shape: [...shape], dtype }, values.slice());
    return id;
  }

  private sourceOf(id: number): Source {
    const source = this.sources.get(id);
    if (!source) throw new Refusal('it uses a tensor that cannot be traced');
    return source;
  }

  /** A tensor of the closure becomes a constant of the graph with its present value. */
  private addOutside(id: number, tensor: tf.TensorInfo): void {
    const type = { shape: [...tensor.shape], dtype: this.backend.getDTypeInteger(tensor.dtype) };
    const value = this.real.tensorDataSync(id);
    const expected =
      type.dtype === DataType.float ? Float32Array : type.dtype === DataType.int32 ? Int32Array : Uint8Array;
    if (!(value instanceof expected)) throw new Refusal(`it uses a constant of type ${tensor.dtype}`);
    this.addConstant(id, type, value.slice());
  }

  private addConstant(id: number, type: TensorType, value: ConstantValue): void {
    this.add({ type: 'Const', attributes: [], inputs: [], value }, [{ id, dtype: type.dtype, shape: [...type.shape] }]);
  }

  private add(
    call: Pick<RecordedOp, 'type' | 'attributes' | 'inputs' | 'value'>,
    handles: readonly TensorHandle[],
  ): void {
    const first = call.inputs[0];
    const shape = first && this.shapeOf(first);
    const op: RecordedOp = {
      ...call,
      index: this.ops.length,
      outputs: handles.map(({ shape, dtype }) => ({ shape: [...shape], dtype })),
      varies: call.inputs.some(varies) || /^Random|^Multinomial|^TruncatedNormal/.test(call.type),
      keepsShape: shape !== undefined && handles.length === 1 && shape.join() === handles[0]!.shape.join(),
    };
    this.ops.push(op);
    handles.forEach(({ id }, output) => this.sources.set(id, { kind: 'op', op, output }));
    this.memory.releases?.add(call.type, handles);
  }

  private shapeOf(source: Source): readonly number[] {
    if (source.kind === 'input') return this.inputTypes[source.index]!.shape;
    return source.kind === 'op' ? source.op.outputs[source.output]!.shape : source.variable.shape;
  }
}

const varies = (source: Source) => source.kind !== 'op' || source.op.varies;

function describe(source: Source): string {
  if (source.kind === 'input') return `the data of input ${source.index}`;
  return source.kind === 'op' ? `the result of ${source.op.type}` : `the variable ${source.variable.name}`;
}
