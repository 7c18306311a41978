import { attribute, DataType, nodeBackend, tf } from '../graph/backend';

/** Attributes of FusedBatchNormV3 and its gradient. */
const attributes = (epsilon: number, training: boolean) => [
  attribute.type('T', DataType.float),
  attribute.type('U', DataType.float),
  attribute.float('epsilon', epsilon),
  attribute.string('data_format', 'NHWC'),
  attribute.bool('is_training', training),
];

/**
 * The gradient of batch normalization in inference mode, where mean and variance are constants. With a scale to be
 * learned, all three gradients come from one native pass over the activations; without one, that of the input is a
 * multiplication by scale / sqrt(variance + epsilon), which is faster still.
 */
export function registerBatchNormGradient(): void {
  const original = tf.getGradient('FusedBatchNorm');
  tf.registerGradient({
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (dy, saved, attrs) => {
      const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const fallback = () => original.gradFunc(dy, saved, attrs) as Record<string, () => tf.Tensor>;
      if (mean.rank !== 1 || x.rank !== 4) return fallback();
      const epsilon = attrs.varianceEpsilon as number;
      const incoming = dy as tf.Tensor;
      const fused = () =>
        nodeBackend().executeMultipleOutputs(
          'FusedBatchNormGradV3',
          attributes(epsilon, false),
          [incoming, x, scale, mean, variance, tf.tensor1d([])],
          5,
        );
      // Here and not in the functions below, after each of which tfjs disposes intermediate tensors.
      const native = isTrained(scale) ? fused() : undefined;
      return {
        x: () => {
          if (native) return native[0]!;
          return incoming.mul(tf.rsqrt(variance.add(epsilon)).mul(scale));
        },
        scale: () => (native ?? fused())[1]!,
        offset: () => native?.[2] ?? incoming.sum([0, 1, 2]),
        mean: () => fallback().mean!(),
        variance: () => fallback().variance!(),
      };
    },
  });
}

/** Whether a tensor is the present value of a trainable variable. Only speed depends on it, not the result. */
function isTrained({ dataId }: tf.Tensor): boolean {
  return Object.values(tf.engine().registeredVariables).some(
    (variable) => variable.trainable && variable.dataId === dataId,
  );
}

const KERNEL = 'BatchNormalizationInTraining';

/** Register a kernel over FusedBatchNormV3 and its gradient; both make one pass where tfjs makes a dozen. */
export function registerTrainingBatchNorm(): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, scale, offset } = inputs as { x: tf.TensorInfo; scale: tf.TensorInfo; offset: tf.TensorInfo };
      const none = tf.tensor1d([]);
      const outputs = nodeBackend().executeMultipleOutputs(
        'FusedBatchNormV3',
        attributes(attrs!.epsilon as number, true),
        [x, scale, offset, none, none],
        6,
      );
      none.dispose();
      return outputs;
    },
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dy, saved, attrs) => {
      // What the gradient wants back is in the last three outputs; it differs between devices.
      const [x, scale, ...reserved] = saved as tf.Tensor[];
      const native = nodeBackend().executeMultipleOutputs(
        'FusedBatchNormGradV3',
        attributes(attrs.epsilon as number, true),
        [(dy as tf.Tensor[])[0]!, x!, scale!, ...reserved],
        5,
      );
      return { x: () => native[0]!, scale: () => native[1]!, offset: () => native[2]! };
    },
  });
}

/**
 * Normalize a batch by its own statistics (Ioffe and Szegedy 2015).
 *
 * @param x [..., channels]
 * @param scale [channels]
 * @param offset [channels]
 * @returns the normalized x, and the mean and the (biased, as in Keras 3) variance of each channel, through which no
 *     gradient flows
 */
export function batchNormInTraining(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number) {
  const channels = x.shape.at(-1)!;
  const flat = x.rank === 4 ? x : x.reshape([x.size / channels, 1, 1, channels]);
  const [y, mean, unbiased] = tf.engine().runKernel(KERNEL, { x: flat, scale, offset }, { epsilon }) as tf.Tensor[];
  // n / (n - 1) undone, in a form that a graph for any batch size can express
  const correction = tf.sub(1, 1 / (x.size / channels));
  return { y: y!.reshape(x.shape), mean: mean!, variance: unbiased!.mul(correction) };
}
