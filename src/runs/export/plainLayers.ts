import { UserError } from '../../core/errors';
import { customLayers, type GroupedConvolutionConfig } from '../../models/layers';
import { tf } from '../../tensorflow';

type Grouped = Required<GroupedConvolutionConfig>;
type Apply = (x: tf.SymbolicTensor) => tf.SymbolicTensor;

/**
 * The layers of TensorFlow.js itself that replace a custom layer with the same result, so that any `tf.loadLayersModel` can load
 * the exported model. Undefined for a layer that TensorFlow.js has.
 *
 * @throws {UserError} if its layers cannot compute the same
 */
export function plainLayers(layer: tf.layers.Layer): Apply | undefined {
  const { name } = layer;
  refuseLayer(layer.getClassName(), name, 'TensorFlow.js');
  if (layer instanceof customLayers.HardSigmoid) return (x) => hardSigmoid(x, name);
  if (layer instanceof customLayers.HardSwish) {
    return (x) => tf.layers.multiply({ name }).apply([x, hardSigmoid(x, `${name}_gate`)]) as tf.SymbolicTensor;
  }
  if (layer instanceof customLayers.Normalization) {
    const [mean, variance] = layer.getWeights().map((values) => values.dataSync());
    const scale = Array.from(variance!, (value) => 1 / Math.max(Math.sqrt(value), 1e-7));
    return (x) => perChannel(x, name, scale, { offset: scale.map((factor, c) => -factor * mean![c]!) });
  }
  if (layer instanceof customLayers.Rescaling) {
    const { scale } = layer.getConfig() as { scale: number | number[] };
    if (Array.isArray(scale)) return (x) => perChannel(x, name, scale); // TensorFlow.js's own layer takes only one factor for all channels
  }
  if (layer instanceof customLayers.GroupedConv2D) return (x) => ungrouped(x, layer);
  return undefined;
}

/** Custom layers that other libraries lack, and that none of their layers can replace. */
const ONLY_HERE: Record<string, string> = {
  GeneralizedMeanPooling2D: 'a generalized-mean pooling',
  GlobalResponseNormalization: 'a global response normalization (ConvNeXt V2)',
};

/** @throws {UserError} for a layer that only a SavedModel, which consists of operations, can have */
export function refuseLayer(className: string, layer: string, library: string): void {
  const what = ONLY_HERE[className];
  if (what)
    throw new UserError(`layer '${layer}' is ${what}, which ${library} does not have: give the format savedmodel`);
}

/** A convolution over all channels, whose kernels are 0 outside of their group. */
function ungrouped(x: tf.SymbolicTensor, layer: tf.layers.Layer): tf.SymbolicTensor {
  const { name, filters, kernelSize, strides, padding, groups } = layer.getConfig() as unknown as Grouped;
  const zeros = { kernelInitializer: 'zeros' } as const;
  const dense = tf.layers.conv2d({ name, filters, kernelSize, strides, padding, useBias: false, ...zeros });
  const output = dense.apply(x) as tf.SymbolicTensor;
  tf.tidy(() => {
    const parts = tf.split(layer.getWeights()[0]!, groups, 3); // [height, width, channels / groups, filters / groups] each
    const [height = 0, width = 0, inputs = 0, outputs = 0] = parts[0]!.shape;
    const rows = parts.map((part, g) =>
      tf.concat(
        parts.map((_, other) => (other === g ? part : tf.zeros([height, width, inputs, outputs]))),
        3,
      ),
    );
    dense.setWeights([tf.concat(rows, 2)]);
  });
  return output;
}

/** relu6(x + 3) / 6 */
function hardSigmoid(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const shifted = new customLayers.Rescaling({ name: `${name}_shift`, scale: 1, offset: 3 }).apply(
    x,
  ) as tf.SymbolicTensor;
  const clipped = tf.layers.reLU({ name: `${name}_clip`, maxValue: 6 }).apply(shifted) as tf.SymbolicTensor;
  return new customLayers.Rescaling({ name, scale: 1 / 6 }).apply(clipped) as tf.SymbolicTensor;
}

/** Multiply each channel and add an offset, by a 1 x 1 depthwise convolution. */
function perChannel(
  x: tf.SymbolicTensor,
  name: string,
  scale: readonly number[],
  { offset }: { offset?: readonly number[] } = {},
): tf.SymbolicTensor {
  const zeros = { depthwiseInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const layer = tf.layers.depthwiseConv2d({ name, kernelSize: 1, useBias: offset !== undefined, ...zeros });
  const output = layer.apply(x) as tf.SymbolicTensor;
  tf.tidy(() =>
    layer.setWeights([tf.tensor4d([...scale], [1, 1, scale.length, 1]), ...(offset ? [tf.tensor1d([...offset])] : [])]),
  );
  return output;
}
