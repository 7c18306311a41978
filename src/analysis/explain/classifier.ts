import { didYouMean } from '../../core/didYouMean';
import { UserError } from '../../core/errors';
import { pictureTensor } from '../../features/pictureTensor';
import { LayerGraph } from '../../layers/layerGraph';
import { argmax } from '../../metrics/argmax';
import type { BackboneEntry } from '../../models';
import { tf } from '../../tensorflow';
import { toProbabilities } from '../../training';

/**
 * A model that `gradCam` and `occlusionMap` can explain: the result of `train`, whether it trained a head or the whole network;
 * or a backbone with its ImageNet classifier as `{ backbone }`.
 */
export interface ExplainableModel {
  /** the pre-trained network, from preprocessed pictures [batch, size, size, 3] to features, or to logits where there is no head */
  backbone: { entry: BackboneEntry; model: tf.LayersModel };
  /** from features to logits. Default: none */
  head?: tf.LayersModel;
  /** the whole fine-tuned network from preprocessed pictures to logits; used instead of backbone and head. Default: none */
  model?: tf.LayersModel;
}

/** A classifier cut in two at a layer's feature maps. */
export interface CutClassifier {
  /** side of the square input in pixels */
  inputSize: number;
  /** name of the layer */
  layer: string;
  /** from decoded pictures to the layer's feature maps // [batch, height, width, channels] */
  below(pictures: readonly Uint8Array[]): tf.Tensor4D;
  /** from the feature maps to logits // [batch, outputs] */
  above(maps: tf.Tensor4D): tf.Tensor2D;
  /** from decoded pictures to logits // [batch, outputs] */
  logits(pictures: readonly Uint8Array[]): tf.Tensor2D;
}

/**
 * Join backbone and head into one classifier, and cut it at the feature maps of one layer.
 *
 * @param layer its name. Default: the last layer, other than pooling, with feature maps of more than one pixel
 * @throws {UserError} if there is no such layer, the layers above need more than its output, or there are no classes to
 *   explain; the functions that are returned throw if a picture has another size
 */
export function cutClassifier({ backbone, head, model }: ExplainableModel, layer?: string): CutClassifier {
  const network = model ?? backbone.model;
  if (!model) checkHead(backbone, head);
  const graph = new LayerGraph(network);
  const cut = findCut(graph, { layer, network: network.name, hasHead: head !== undefined });
  const { inputSize } = backbone.entry.preprocessing;
  const input = (pictures: readonly Uint8Array[]) => pictureTensor(pictures, backbone.entry.preprocessing);
  const top = (features: tf.Tensor) =>
    (head && !model ? head.apply(features, { training: false }) : features) as tf.Tensor2D;
  const run = (x: tf.Tensor, from: number, to: number) => graph.run(x, { from, to, training: false });
  return {
    inputSize,
    layer: cut.layer.name,
    below: (pictures) => tf.tidy(() => run(input(pictures), graph.input, cut.output) as tf.Tensor4D),
    above: (maps) => tf.tidy(() => top(run(maps, cut.output, graph.output))),
    logits: (pictures) => tf.tidy(() => top(run(input(pictures), graph.input, graph.output))),
  };
}

/** The layer to cut at, or a {@link UserError} that lists the possible ones. */
function findCut(
  graph: LayerGraph,
  { layer, network, hasHead }: { layer: string | undefined; network: string; hasHead: boolean },
) {
  const all = graph.between(graph.input, graph.output);
  const isMap = (shape: readonly (number | null)[]) => shape.length === 3 && shape[0]! * shape[1]! > 1;
  const isCut = (output: number) => {
    try {
      return graph.between(output, graph.output).length > 0 || hasHead;
    } catch {
      return false; // the layers above need more than this output
    }
  };
  const cut = all.findLast((call) =>
    layer === undefined
      ? isMap(call.shape) && !/Pooling|Padding|Dropout/.test(call.layer.getClassName()) && isCut(call.output)
      : call.layer.name === layer && isMap(call.shape),
  );
  if (cut && isCut(cut.output)) return cut;
  if (layer === undefined) throw new UserError(`'${network}' has no layer with feature maps`);
  const maps = all.filter(({ shape, output }) => isMap(shape) && isCut(output)).map((call) => call.layer.name);
  const known = all.some((call) => call.layer.name === layer);
  const why = known ? ': it has no feature maps, or the layers above need more than those' : '';
  throw new UserError(
    `'${network}' cannot be cut at a layer '${layer}'${why}; the last possible ones are ${maps.slice(-6).join(', ')}${known ? '' : didYouMean(layer, maps)}`,
  );
}

/** Check that backbone and head together predict classes. @throws {UserError} if not */
function checkHead({ entry, model }: ExplainableModel['backbone'], head: tf.LayersModel | undefined): void {
  const given = model.outputs[0]!.shape.slice(1);
  if (!head) {
    if (given.join() !== `${entry.features}`) return;
    throw new UserError(
      `'${model.name}' returns ${entry.features} features and no classes; give the head that was trained on them, too, or load the backbone with { includeTop: true }`,
    );
  }
  const expected = head.inputs[0]!.shape.slice(1);
  if (given.join() === expected.join()) return;
  throw new UserError(
    `the head takes features of shape [${expected}], but '${model.name}' returns [${given}]; give the backbone that the head was trained on`,
  );
}

/** Logits to probabilities; a single logit is that of the second of two classes. // [batch][classes] */
export function probabilitiesOf(logits: tf.Tensor2D): number[][] {
  const [rows, outputs] = logits.shape;
  const classes = Math.max(2, outputs);
  const all = toProbabilities(logits.dataSync() as Float32Array, rows, classes);
  return Array.from({ length: rows }, (_, row) => Array.from(all.subarray(row * classes, (row + 1) * classes)));
}

/** The logit of one class of each picture, summed over the pictures: what Grad-CAM differentiates. */
export function scoreOf(logits: tf.Tensor2D, classes: readonly number[]): tf.Scalar {
  return tf.tidy(() => {
    if (logits.shape[1] === 1) return logits.mul(tf.tensor2d(classes.map((c) => [c === 1 ? 1 : -1]))).sum();
    return logits.mul(tf.oneHot(tf.tensor1d([...classes], 'int32'), logits.shape[1])).sum();
  });
}

/** The class of each row with the highest value. */
export const argMax = (rows: readonly number[][]): number[] => rows.map((row) => argmax(row));
