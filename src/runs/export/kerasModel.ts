import { UserError } from '../../core/errors';
import { type NamedLayer, writeKerasH5 } from '../../models/weights/kerasH5';
import { weightsOf } from '../../models/weights/slots';
import type { tf } from '../../tensorflow';
import { refuseLayer } from './plainLayers';

interface LayerJson {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, number, number, object][][];
}

/** Custom layers for which Keras has an activation. */
const ACTIVATIONS: Record<string, string> = { HardSwish: 'hard_silu', HardSigmoid: 'hard_sigmoid' };

/** Layers that Keras has, too, and whose configuration it reads as TensorFlow.js writes it. */
const KNOWN = new Set(
  (
    'InputLayer Conv2D DepthwiseConv2D SeparableConv2D Dense BatchNormalization ReLU Activation ZeroPadding2D ' +
    'MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D Flatten Reshape Dropout Add Multiply ' +
    'Concatenate Rescaling Normalization LayerNormalization'
  ).split(' '),
);

/**
 * Write a layers model as a Keras `.h5` file: `keras.models.load_model(file)` gives a model with the same outputs, to use and
 * to train further. Initializers and regularizers are left out.
 *
 * @param model a functional model with one input, made of the layers of the registry's backbones and heads
 * @throws {UserError} if Keras does not have one of its layers
 */
export async function writeKerasModel(model: tf.LayersModel, file: string): Promise<void> {
  const { class_name, config } = model.toJSON(null, false) as unknown as {
    class_name: string;
    config: { name: string; layers: LayerJson[] };
  };
  if (class_name !== 'Model' && class_name !== 'Functional') {
    throw new UserError(`only a functional model can be written for Keras, not a ${class_name}`);
  }
  const layers = config.layers.map(toKeras);
  const weights = new Map(weightsOf(model).map((slots) => [slots[0]!.layer, slots]));
  const named = model.layers.map((layer): NamedLayer => {
    const values = layer.getWeights();
    const slots = weights.get(layer.name) ?? [];
    return {
      name: layer.name,
      weights: slots.map(({ name, shape }, i) => ({
        name: `${name}:0`,
        shape,
        data: values[i]!.dataSync() as Float32Array,
      })),
    };
  });
  await writeKerasH5(file, named, { class_name: 'Functional', config: { ...config, layers } });
}

function toKeras({ name, class_name, config, inbound_nodes }: LayerJson): LayerJson {
  const activation = ACTIVATIONS[class_name];
  if (activation) return { name, class_name: 'Activation', config: { name, activation }, inbound_nodes };
  if (class_name === 'GroupedConv2D') {
    const { filters, kernel_size, strides, padding, groups } = config;
    const convolution = { name, filters, kernel_size, strides, padding, groups, use_bias: false };
    return { name, class_name: 'Conv2D', config: convolution, inbound_nodes };
  }
  refuseLayer(class_name, name, 'Keras');
  if (!KNOWN.has(class_name)) throw new UserError(`layer '${name}' is a ${class_name}, which Keras does not have`);
  if (class_name === 'InputLayer') {
    const { batch_input_shape, dtype } = config;
    return { name, class_name, config: { batch_input_shape, dtype, name }, inbound_nodes };
  }
  if (class_name === 'Normalization') return { name, class_name, config: { name, axis: [-1] }, inbound_nodes };
  const used = Object.entries(config).filter(
    ([key]) => !/_(initializer|regularizer|constraint)$|^(batch_input_shape|sparse|rank|seed)$/.test(key),
  );
  return { name, class_name, config: Object.fromEntries(used), inbound_nodes };
}
