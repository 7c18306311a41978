import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { type LayerCall, LayerGraph } from '../layers/layerGraph';
import { isBatchNormalization, runsInInferenceMode, tf } from '../tensorflow';

/** The lower part of a model that training does not change, and what is left above it. */
export interface FrozenPart {
  /** name of the last frozen layer: its output is what the rest of the model sees */
  layer: string;
  /** shape of that output without the batch */
  shape: number[];
  /** names all that the output depends on beside the input: layers, their settings and weights */
  fingerprint(): string;
  /** x [batch, ...input] to [batch, ...shape] */
  below(x: tf.Tensor): tf.Tensor;
  /** all weights that lie below */
  weights(): tf.Variable[];
  /** [batch, ...shape] to the model's output */
  above(features: tf.Tensor, training: boolean): tf.Tensor;
}

/**
 * Find the lowest trainable layer of a model, and the one value through which all that lies below it reaches the rest: what
 * it is for a picture never changes in training, so that it can be computed once.
 *
 * @returns undefined if nothing with weights lies below, or if the model has several inputs or outputs
 */
export function findFrozenPart(model: tf.LayersModel): FrozenPart | undefined {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) return undefined;
  const graph = new LayerGraph(model);
  const constant = new Set([graph.input]);
  const frozen: LayerCall[] = [];
  for (const call of graph.calls) {
    if (!isConstant(call.layer) || !call.inputs.every((id) => constant.has(id))) continue;
    constant.add(call.output);
    frozen.push(call);
  }
  for (const cut of frozen.reverse()) {
    if (cut.output === graph.output || cut.shape.includes(null) || !isCut(graph, cut)) continue;
    const part = partUpTo(graph, cut);
    return part.weights().length > 0 ? part : undefined;
  }
  return undefined;
}

/**
 * The part of a network that gives its pooled features, whatever of it is trainable: all of a backbone, and of a network with
 * a head what lies below the head. Its outputs are those of {@link findFrozenPart} for a model whose head alone trains.
 *
 * @param length how many features there are
 * @throws {UserError} if no layer gives that many features, or what lies above it needs more than those
 */
export function featurePart(model: tf.LayersModel, length: number): FrozenPart {
  const graph = new LayerGraph(model);
  const last = graph.calls.at(-1)!;
  const gives = (call: LayerCall) => call.shape.join() === `${length}` && isCut(graph, call);
  const cut = gives(last) ? last : graph.calls.find(gives);
  if (!cut) throw new UserError(`'${model.name}' has no layer that gives ${length} features`);
  return partUpTo(graph, cut);
}

function partUpTo(graph: LayerGraph, cut: LayerCall): FrozenPart {
  const below = graph.between(graph.input, cut.output);
  const above = graph.between(cut.output, graph.output);
  return {
    layer: cut.layer.name,
    shape: cut.shape as number[],
    fingerprint: () => fingerprint(graph.input, below),
    weights: () => [
      ...new Set(below.flatMap(({ layer }) => layer.weights.map((weight) => weight.read() as tf.Variable))),
    ],
    below: (x) => tf.tidy(() => graph.run(x, { from: graph.input, to: cut.output, training: false, calls: below })),
    above: (features, training) => graph.run(features, { from: cut.output, to: graph.output, training, calls: above }),
  };
}

function isCut(graph: LayerGraph, { output }: LayerCall): boolean {
  try {
    graph.between(output, graph.output);
    return true;
  } catch {
    return false;
  }
}

/** Whether a layer gives the same for the same input throughout training. */
function isConstant(layer: tf.layers.Layer): boolean {
  const inner = (layer as unknown as { layers?: tf.layers.Layer[] }).layers;
  if (inner) return inner.every(isConstant);
  if (isBatchNormalization(layer) && !runsInInferenceMode(layer)) return false;
  return layer.trainableWeights.length === 0 && !/Dropout|Noise|Random/.test(layer.getClassName());
}

/** Layer names are left out: those that tfjs makes up differ from process to process. */
function fingerprint(input: number, calls: readonly LayerCall[]): string {
  const place = new Map([[input, -1]]);
  const parts = calls.map(({ layer, inputs, output, callArguments }, i) => {
    place.set(output, i);
    const weights = layer.weights.map((weight) => sha256(bytes(weight.read())));
    return [layer.getClassName(), settingsOf(layer), inputs.map((id) => place.get(id)), callArguments, weights];
  });
  return sha256(JSON.stringify(parts));
}

const settingsOf = (layer: tf.layers.Layer) => ({ ...layer.getConfig(), name: undefined, trainable: undefined });

function bytes(tensor: tf.Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.dataSync() as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
