import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { tf } from '../tensorflow';

/** Options of `attachHead`. */
export interface AttachHeadOptions {
  /** Name of the backbone's layer whose output the head takes. Default: the last layer. */
  at?: string;
}

/**
 * Put a head on a backbone: one model from preprocessed pictures to logits.
 *
 * The new model shares its layers with both: training it trains them.
 *
 * @param backbone `[batch, height, width, 3]` to features
 * @param head features to logits: a chain of layers, as `buildHead`, `buildDenseHead` and `layers.buildPoolingHead` make it
 * @returns `[batch, height, width, 3]` to `[batch, classes]` logits
 * @throws {UserError} when the backbone has no layer `at`, when both have a layer of the same name, or when the head expects
 *   features of another shape
 *
 * @example
 * ```ts
 * import { attachHead, buildHead, loadBackbone } from 'tunebook';
 *
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * const model = attachHead(backbone.model, buildHead(backbone.entry.features, 3));
 * model.outputs[0]?.shape; // => [ null, 3 ]
 * ```
 */
export function attachHead(
  backbone: tf.LayersModel,
  head: tf.LayersModel,
  options?: AttachHeadOptions,
): tf.LayersModel {
  const { at } = withDefaults<{ at?: string }>('attachHead', options, { at: undefined });
  const features = at === undefined ? backbone.outputs[0]! : layerOutput(backbone, at);
  const given = features.shape.slice(1);
  const taken = head.inputs[0]!.shape.slice(1);
  if (given.join() !== taken.join())
    throw new UserError(`the head expects features of shape [${taken}], '${backbone.name}' gives [${given}]`);
  const names = new Set(backbone.layers.map(({ name }) => name));
  const layers = head.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const double = layers.find(({ name }) => names.has(name));
  if (double) throw new UserError(`backbone and head both have a layer '${double.name}': rename one of them`);
  const outputs = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, features);
  return tf.model({ inputs: backbone.inputs, outputs, name: `${backbone.name}-with-head` });
}

function layerOutput(model: tf.LayersModel, name: string): tf.SymbolicTensor {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (!layer) throw new UserError(`'${model.name}' has no layer '${name}'`);
  return layer.output as tf.SymbolicTensor;
}
