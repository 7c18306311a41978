import { didYouMean } from '../../core/didYouMean';
import { UserError } from '../../core/errors';
import { pictureTensor } from '../../features/pictureTensor';
import { LayerGraph } from '../../layers/layerGraph';
import type { BackboneEntry } from '../../models';
import { tf } from '../../tensorflow';
import { toProbabilities } from '../../training';

/**
 * What can be explained: the result of `train`, whether its head was trained over cached features or the whole network; or
 * a backbone with its ImageNet classifier as `{ backbone }`.
 */
export interface Explained {
  backbone: { entry: BackboneEntry; model: tf.LayersModel };
  /** pooled features to logits */
  head?: tf.LayersModel;
  /** preprocessed pictures to logits, where the backbone was trained, too */
  model?: tf.LayersModel;
}

/** A classifier cut in two at a layer's feature maps. */
export interface CutClassifier {
  /** side of the square input in pixels */
  inputSize: number;
  /** name of the layer */
  layer: string;
  /** decoded pictures to [batch, height, width, channels] */
  below(pictures: readonly Uint8Array[]): tf.Tensor4D;
  /** those to [batch, outputs] logits */
  above(maps: tf.Tensor4D): tf.Tensor2D;
  /** the same in one */
  logits(pictures: readonly Uint8Array[]): tf.Tensor2D;
}

/**
 * Put backbone and head together, and cut at the feature maps of one layer.
 *
 * @param layer its name; the last with feature maps of more than one pixel unless told, pooling left aside
 * @throws {UserError} if there is no such layer, the rest of the network needs more than its output, or there are no classes to
 *   explain; and from what is returned, if a picture has another size
 */
export function cutClassifier({ backbone, head, model }: Explained, layer?: string): CutClassifier {
  const network = model ?? backbone.model;
  if (!model) checkHead(backbone, head);
  const graph = new LayerGraph(network);
  const whole = graph.between(graph.input, graph.output);
  const isMap = (shape: readonly (number | null)[]) => shape.length === 3 && shape[0]! * shape[1]! > 1;
  const isCut = (output: number) => {
    try {
      return graph.between(output, graph.output).length > 0 || head !== undefined;
    } catch {
      return false;
    }
  };
  const cut = whole.findLast((call) =>
    layer === undefined
      ? isMap(call.shape) && !/Pooling|Padding|Dropout/.test(call.layer.getClassName()) && isCut(call.output)
      : call.layer.name === layer && isMap(call.shape),
  );
  if (!cut || !isCut(cut.output)) {
    const maps = whole.filter(({ shape, output }) => isMap(shape) && isCut(output)).map((call) => call.layer.name);
    if (layer === undefined) throw new UserError(`'${network.name}' has no layer with feature maps`);
    const known = whole.some((call) => call.layer.name === layer);
    const why = known ? ': it gives no feature maps, or what follows needs more than those' : '';
    throw new UserError(
      `'${layer}' is no layer to cut '${network.name}' at${why}; the last ones are ${maps.slice(-6).join(', ')}${known ? '' : didYouMean(layer, maps)}`,
    );
  }
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

/** Backbone and head give classes together, or a {@link UserError}. */
function checkHead({ entry, model }: Explained['backbone'], head: tf.LayersModel | undefined): void {
  const given = model.outputs[0]!.shape.slice(1);
  if (!head) {
    if (given.join() !== `${entry.features}`) return;
    throw new UserError(
      `'${model.name}' gives ${entry.features} features and no classes; give the head that was trained on them, too, or load it with { includeTop: true }`,
    );
  }
  const taken = head.inputs[0]!.shape.slice(1);
  if (given.join() === taken.join()) return;
  throw new UserError(
    `the head takes features of shape [${taken}] and '${model.name}' gives [${given}]; give the backbone that it was trained on`,
  );
}

/** The probabilities that logits stand for; a single logit is that of the second of two classes. // [batch][classes] */
export function probabilitiesOf(logits: tf.Tensor2D): number[][] {
  const [rows, outputs] = logits.shape;
  const classes = Math.max(2, outputs);
  const all = toProbabilities(logits.dataSync() as Float32Array, rows, classes);
  return Array.from({ length: rows }, (_, row) => Array.from(all.subarray(row * classes, (row + 1) * classes)));
}

/** How much speaks for one class of each picture, before the softmax, summed over the pictures. */
export function scoreOf(logits: tf.Tensor2D, classes: readonly number[]): tf.Scalar {
  return tf.tidy(() => {
    if (logits.shape[1] === 1) return logits.mul(tf.tensor2d(classes.map((c) => [c === 1 ? 1 : -1]))).sum();
    return logits.mul(tf.oneHot(tf.tensor1d([...classes], 'int32'), logits.shape[1])).sum();
  });
}

/** The class of each row with the highest value. */
export const argMax = (rows: readonly number[][]): number[] => rows.map((row) => row.indexOf(Math.max(...row)));
