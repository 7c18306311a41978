import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { tf } from '../tensorflow';

export interface AttachHeadOptions {
  /** layer of the backbone whose output the head takes; default: the last */
  at?: string;
}

/**
 * One model of a backbone and a head: pictures in, logits out. Both keep their layers; training the whole trains them.
 *
 * @param head a chain of layers, such as the `build...Head` functions give
 * @throws {UserError} if a layer name is in both, or the head takes features of another shape than the backbone gives
 *
 * @example
 * const model = attachHead(backbone.model, buildHead(backbone.entry.features, 5));
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
    throw new UserError(`the head takes features of shape [${taken}], '${backbone.name}' gives [${given}]`);
  const names = new Set(backbone.layers.map(({ name }) => name));
  const layers = head.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const double = layers.find(({ name }) => names.has(name));
  if (double) throw new UserError(`backbone and head both have a layer '${double.name}': name one of them otherwise`);
  const outputs = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, features);
  return tf.model({ inputs: backbone.inputs, outputs, name: `${backbone.name}-with-head` });
}

function layerOutput(model: tf.LayersModel, name: string): tf.SymbolicTensor {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (!layer) throw new UserError(`'${model.name}' has no layer '${name}'`);
  return layer.output as tf.SymbolicTensor;
}
