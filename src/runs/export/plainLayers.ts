import { customLayers } from '../../models/layers';
import { tf } from '../../tensorflow';

type Apply = (x: tf.SymbolicTensor) => tf.SymbolicTensor;

/**
 * The layers of TensorFlow.js itself that replace a custom layer with the same result, so that any `tf.loadLayersModel` can load
 * the exported model. Undefined for a layer that TensorFlow.js has.
 */
export function plainLayers(layer: tf.layers.Layer): Apply | undefined {
  const { name } = layer;
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
  return undefined;
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
