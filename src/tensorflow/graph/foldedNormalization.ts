import { tensorOf } from '../layerInput';
import { runsInInferenceMode } from '../repairs/batchNormalization';
import { tf } from './backend';

type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor | tf.Tensor[];
interface Weight {
  read(): tf.Tensor;
}

/** The private properties of layers that folding uses. */
interface Convolution extends tf.layers.Layer {
  call: Call;
  kernel?: Weight;
  depthwiseKernel?: Weight;
  bias?: Weight | null;
  useBias: boolean;
}
interface Normalization extends tf.layers.Layer {
  call: Call;
  epsilon: number;
  gamma?: Weight | null;
  beta?: Weight | null;
  movingMean: Weight;
  movingVariance: Weight;
}
interface Pair {
  convolution: Convolution;
  normalization: Normalization;
}

/**
 * Prepare a model to run with each batch normalization in inference mode folded into the convolution before it, while
 * filters, scales and offsets still learn: with factor = scale / sqrt(variance + epsilon) the convolution is computed with
 * filter * factor, and offset - mean * factor is added. Gradients flow through both, so nothing changes but rounding; what
 * is saved is two passes over the activations, forwards and backwards.
 *
 * Which normalizations run in inference mode is decided at this call.
 *
 * @param apart names of convolutions that do not run together with what comes behind them, and stay as they are
 * @returns a function that does work during which the model runs folded
 */
export function foldedNormalization(model: tf.LayersModel, apart: readonly string[] = []): <T>(work: () => T) => T {
  const pairs = findPairs(model).filter(({ convolution }) => !apart.includes(convolution.name));
  return (work) => {
    const restore = pairs.map(fold);
    try {
      return work();
    } finally {
      for (const undo of restore) undo();
    }
  };
}

/** Convolutions whose only use is a batch normalization in inference mode. */
function findPairs(model: tf.LayersModel): Pair[] {
  const outputs = new Set(model.outputs.map(({ sourceLayer }) => sourceLayer));
  return model.layers.flatMap((layer) => {
    if (layer instanceof tf.LayersModel) return findPairs(layer);
    if (layer.getClassName() !== 'BatchNormalization' || !runsInInferenceMode(layer)) return [];
    const before = layer.inboundNodes.length === 1 ? layer.inboundNodes[0]!.inboundLayers : [];
    const convolution = before.length === 1 ? before[0]! : undefined;
    if (!convolution || !isPlainConvolution(convolution) || outputs.has(convolution)) return [];
    const { axis } = layer.getConfig();
    return axis === -1 || axis === 3 ? [{ convolution, normalization: layer as Normalization }] : [];
  });
}

/** One that is used once, adds no activation and has its channels last. */
function isPlainConvolution(layer: tf.layers.Layer): layer is Convolution {
  if (!['Conv2D', 'DepthwiseConv2D'].includes(layer.getClassName())) return false;
  if (layer.inboundNodes.length !== 1 || layer.outboundNodes.length !== 1) return false;
  const { activation, dataFormat } = layer.getConfig();
  return (activation === null || activation === 'linear') && dataFormat === 'channelsLast';
}

function fold({ convolution, normalization }: Pair): () => void {
  const name = convolution.depthwiseKernel ? 'depthwiseKernel' : 'kernel';
  const { [name]: kernel, bias, useBias } = convolution;
  const own = Object.getOwnPropertyDescriptor(convolution, 'call');
  const ownOfNormalization = Object.getOwnPropertyDescriptor(normalization, 'call');
  const { call } = convolution;

  convolution.call = (inputs, kwargs) =>
    tf.tidy(() => {
      const { factor, offset } = factorAndOffset(normalization, useBias ? bias : undefined);
      const filter = kernel!.read();
      // a depthwise filter [height, width, channels, multiplier] has its outputs in the last two dimensions together
      const perOutput = name === 'kernel' ? factor : factor.reshape(filter.shape.slice(-2));
      const folded = filter.mul(perOutput);
      try {
        Object.assign(convolution, { [name]: { read: () => folded }, bias: null, useBias: false });
        return (call.call(convolution, inputs, kwargs) as tf.Tensor).add(offset);
      } finally {
        Object.assign(convolution, { [name]: kernel, bias, useBias });
      }
    });
  normalization.call = (inputs) => tf.clone(tensorOf(inputs));

  return () => {
    for (const [layer, before] of [
      [convolution, own],
      [normalization, ownOfNormalization],
    ] as const) {
      if (before) Object.defineProperty(layer, 'call', before);
      else delete (layer as Partial<Convolution>).call;
    }
  };
}

/** What a normalization does to each channel: x * factor + offset, a bias of the convolution before included. */
function factorAndOffset(
  { epsilon, gamma, beta, movingMean, movingVariance }: Normalization,
  bias: Weight | null | undefined,
): { factor: tf.Tensor; offset: tf.Tensor } {
  const root = movingVariance.read().add(epsilon).rsqrt();
  const factor = gamma ? root.mul(gamma.read()) : root;
  const mean = bias ? movingMean.read().sub(bias.read()) : movingMean.read();
  const shift = mean.mul(factor);
  return { factor, offset: beta ? beta.read().sub(shift) : shift.neg() };
}
