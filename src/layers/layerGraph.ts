import { UserError } from '../core/errors';
import type { tf } from '../tensorflow';

/** One use of a layer in a model: which tensors it takes, which it gives. */
export interface LayerCall {
  layer: tf.layers.Layer;
  /** ids of its input tensors */
  inputs: number[];
  /** id of its output tensor */
  output: number;
  /** shape of the output tensor without the batch */
  shape: (number | null)[];
  callArguments: Record<string, unknown>;
}

interface SymbolicInside extends tf.SymbolicTensor {
  id: number;
  sourceLayer: tf.layers.Layer;
  nodeIndex: number;
}

interface NodeInside {
  inputTensors: SymbolicInside[];
  outputTensors: SymbolicInside[];
  callArgs?: Record<string, unknown>;
}

/**
 * The layers of a model in an order in which they can be computed. A nested model counts as one layer.
 *
 * @throws {UserError} when the model has more than one input or output, or a layer of it more than one output
 */
export class LayerGraph {
  readonly calls: LayerCall[] = [];
  /** id of the model's input */
  readonly input: number;
  /** id of the model's output */
  readonly output: number;

  constructor(readonly model: tf.LayersModel) {
    if (model.inputs.length !== 1 || model.outputs.length !== 1) {
      throw new UserError(
        `'${model.name}' has ${model.inputs.length} inputs and ${model.outputs.length} outputs, not one`,
      );
    }
    this.input = (model.inputs[0] as SymbolicInside).id;
    this.output = (model.outputs[0] as SymbolicInside).id;
    this.visit(model.outputs[0] as SymbolicInside, new Set([this.input]));
  }

  /** Depth first, without recursion: pre-trained networks are hundreds of layers deep. */
  private visit(output: SymbolicInside, done: Set<number>): void {
    const waiting = [output];
    for (let value = waiting.at(-1); value; value = waiting.at(-1)) {
      const node = (value.sourceLayer.inboundNodes as unknown as NodeInside[])[value.nodeIndex]!;
      if (node.outputTensors.length !== 1) {
        throw new UserError(`layer '${value.sourceLayer.name}' has ${node.outputTensors.length} outputs`);
      }
      const needed = node.inputTensors.filter(({ id }) => !done.has(id));
      if (needed.length > 0 && !done.has(value.id)) {
        waiting.push(...needed);
        continue;
      }
      waiting.pop();
      if (done.has(value.id)) continue;
      done.add(value.id);
      this.calls.push({
        layer: value.sourceLayer,
        inputs: node.inputTensors.map(({ id }) => id),
        output: value.id,
        shape: value.shape.slice(1),
        callArguments: node.callArgs ?? {},
      });
    }
  }

  /**
   * Compute the tensor `to` from the tensor `from`.
   *
   * @param x the tensor `from`
   * @param options `calls`: the layers to compute, in order; default: all that are needed. `training`: whether dropout drops and unfrozen
   *   batch normalization normalizes with the batch. `onInputs`: receives the inputs of each layer before it is computed
   */
  run(x: tf.Tensor, { from, to, training, calls, onInputs }: RunOptions): tf.Tensor {
    const made = calls ?? this.between(from, to);
    const uses = new Map<number, number>();
    for (const { inputs } of made) for (const id of inputs) uses.set(id, (uses.get(id) ?? 0) + 1);
    const values = new Map([[from, x]]);
    for (const call of made) {
      const { layer, inputs, output, callArguments } = call;
      const given = inputs.map((id) => values.get(id)!);
      onInputs?.(call, given);
      const result = layer.call(given.length === 1 ? given[0]! : given, { ...callArguments, training });
      values.set(output, (Array.isArray(result) ? result[0]! : result) as tf.Tensor);
      if (!training) inputs.forEach((id) => this.release(id, from, uses, values));
    }
    return values.get(to)!;
  }

  /** Outside training a tensor is disposed after its last use: no gradient needs it. */
  private release(id: number, from: number, uses: Map<number, number>, values: Map<number, tf.Tensor>): void {
    const left = uses.get(id)! - 1;
    uses.set(id, left);
    if (left > 0 || id === from) return;
    const value = values.get(id)!;
    values.delete(id);
    // some layers (dropout; flatten of vectors) return their input
    if (![...values.values()].includes(value)) value.dispose();
  }

  /** The layers that are needed to compute `to` from `from`. @throws {Error} when they also need the model's input */
  between(from: number, to: number): LayerCall[] {
    const needed = new Set([to]);
    const calls: LayerCall[] = [];
    for (const call of [...this.calls].reverse()) {
      if (!needed.has(call.output) || call.output === from) continue;
      calls.unshift(call);
      for (const id of call.inputs) needed.add(id);
    }
    if (from !== this.input && needed.has(this.input))
      throw new Error('the output depends on the input of the model by another way, too');
    return calls;
  }
}

export interface RunOptions {
  from: number;
  to: number;
  training: boolean;
  calls?: readonly LayerCall[];
  onInputs?: (call: LayerCall, inputs: readonly tf.Tensor[]) => void;
}
