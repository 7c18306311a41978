import type { Preprocessing } from '../../models';
import { tf } from '../../tensorflow';
import { plainLayers } from './plainLayers';

/** Name of the layer that does the preprocessing, so that the exported model takes pixels. */
const PREPROCESSING = 'preprocessing';

/**
 * Build one model from pixels to probabilities: the preprocessing that belongs to the weights, the networks, and softmax (or,
 * for a single logit, sigmoid: the probability of the second class). Its weights are copies.
 *
 * The preprocessing is a 1 x 1 convolution, whose kernel scales and reorders the channels and whose bias subtracts the mean:
 * every framework has that layer.
 *
 * @param networks applied one after the other, such as a backbone and a head: from preprocessed pictures
 *   [batch, size, size, channels] to logits [batch, classes] or [batch, 1]
 * @param plain use layers of TensorFlow.js itself in place of the custom ones. Default: false
 * @returns the model from pixels of 0 to 255, red, green, blue or bands, [batch, size, size, channels], to probabilities
 */
export function completeModel(
  networks: readonly tf.LayersModel[],
  { mean, std, channelOrder }: Pick<Preprocessing, 'mean' | 'std' | 'channelOrder'>,
  { plain = false }: { plain?: boolean } = {},
): tf.LayersModel {
  const input = tf.input({ shape: networks[0]!.inputs[0]!.shape.slice(1), name: 'pixels' });
  const needed = channelOrder === 'bgr' || mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  const preprocessed = needed ? preprocess(input, { mean, std, channelOrder }) : input;
  const logits = networks.reduce((x, network) => rebuild(network, x, plain), preprocessed);
  const activation = logits.shape.at(-1) === 1 ? 'sigmoid' : 'softmax';
  const output = tf.layers.activation({ name: 'probabilities', activation }).apply(logits) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output, name: 'classifier' });
  for (const layer of networks.flatMap(({ layers }) => layers)) {
    const replaced = plain && plainLayers(layer) !== undefined; // the replacements already have their weights
    if (layer.weights.length > 0 && !replaced) model.getLayer(layer.name).setWeights(layer.getWeights());
  }
  return model;
}

/** Scale and reorder the channels, and subtract the mean, by a 1 x 1 convolution. */
function preprocess(
  input: tf.SymbolicTensor,
  { mean, std, channelOrder }: Pick<Preprocessing, 'mean' | 'std' | 'channelOrder'>,
): tf.SymbolicTensor {
  const channels = mean.length;
  const kernel = new Float32Array(channels ** 2); // [in, out]
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const out = channelOrder === 'bgr' ? 2 - channel : channel;
    kernel[channel * channels + out] = 1 / std[channel]!;
    bias[out] = -mean[channel]! / std[channel]!;
  }
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const layer = tf.layers.conv2d({ name: PREPROCESSING, filters: channels, kernelSize: 1, trainable: false, ...zeros });
  const output = layer.apply(input) as tf.SymbolicTensor;
  tf.tidy(() => layer.setWeights([tf.tensor4d(kernel, [1, 1, channels, channels]), tf.tensor1d(bias)]));
  return output;
}

/** Build the network's layers again on another input. */
function rebuild(network: tf.LayersModel, input: tf.SymbolicTensor, plain: boolean): tf.SymbolicTensor {
  const made = new Map<string, tf.SymbolicTensor>([[network.inputs[0]!.name, input]]);
  const Class = (layer: tf.layers.Layer) =>
    layer.constructor as unknown as { fromConfig(type: unknown, config: object): tf.layers.Layer };
  for (const layer of network.layers) {
    if (layer.getClassName() === 'InputLayer') continue;
    const { batchInputShape: _, ...config } = layer.getConfig() as Record<string, unknown>;
    const inputs = ([] as tf.SymbolicTensor[]).concat(layer.input).map(({ name }) => made.get(name)!);
    const replacement = plain ? plainLayers(layer) : undefined;
    const copy = () => Class(layer).fromConfig(layer.constructor, config);
    const output = replacement
      ? replacement(inputs[0]!)
      : (copy().apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.SymbolicTensor);
    made.set((layer.output as tf.SymbolicTensor).name, output);
  }
  return made.get(network.outputs[0]!.name)!;
}
