import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { type LayerCall, LayerGraph } from '../layers/layerGraph';
import { isBatchNormalization, runsInInferenceMode, tf } from '../tensorflow';

/** The lower part of a model that training does not change, and the layers above it. */
export interface FrozenPart {
  /** Name of the last frozen layer, whose output the layers above receive. */
  layer: string;
  /** Shape of the model's input, without the batch; null where any size will do. */
  inputShape: (number | null)[];
  /** Shape of that output, without the batch. */
  shape: number[];
  /** A hash of everything the output depends on besides the input: layers, their settings and weights. */
  fingerprint(): string;
  /** Compute the frozen layers: `[batch, ...input]` to `[batch, ...shape]`. */
  below(x: tf.Tensor): tf.Tensor;
  /** All weights of the frozen layers. */
  weights(): tf.Variable[];
  /** Number of layers above. */
  layersAbove: number;
  /** Compute the layers above: `[batch, ...shape]` to the model's output. */
  above(features: tf.Tensor, training: boolean): tf.Tensor;
}

/**
 * Find the frozen part of a model: all layers below the lowest trainable one, up to a layer whose output is all that the layers
 * above receive. For a picture this output does not change during training, so it can be computed once.
 *
 * @param model with one input and one output
 * @returns undefined when no layer with weights is frozen, or when the model has several inputs or outputs
 *
 * @example
 * ```ts
 * import { attachHead, buildHead, features, loadBackbone } from 'tunebook';
 *
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 96 });
 * const model = attachHead(backbone.model, buildHead(256, 3));
 * features.findFrozenPart(model)?.shape; // => [ 256 ]
 * ```
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
 * The part of a network that computes its pooled features, whether frozen or not: a whole backbone, or a network without its
 * head. For a model of which only the head trains it is the same as {@link findFrozenPart}.
 *
 * @param length numbers per feature vector
 * @throws {UserError} when no layer gives that many features, or the layers above it need other values as well
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
    inputShape: graph.model.inputs[0]!.shape.slice(1),
    shape: cut.shape as number[],
    layersAbove: above.length,
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

/** Whether the output of a layer for an input stays the same during training. */
function isConstant(layer: tf.layers.Layer): boolean {
  const inner = (layer as unknown as { layers?: tf.layers.Layer[] }).layers;
  if (inner) return inner.every(isConstant);
  if (isBatchNormalization(layer) && !runsInInferenceMode(layer)) return false;
  return layer.trainableWeights.length === 0 && !/Dropout|Noise|Random/.test(layer.getClassName());
}

/** Without layer names, as those that TensorFlow.js generates differ from process to process. */
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
