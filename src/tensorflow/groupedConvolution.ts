import * as tf from '#tfjs';
import { attribute, DataType, nodeBackend } from './graph/backend';

type Padding = 'same' | 'valid';

/**
 * A grouped convolution: the filters of each group see only the channels of theirs. Forward it is one operation; TensorFlow has no
 * gradient of it on the CPU, so that is computed group by group.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, channels / groups, filters]
 * @returns [batch, height, width, filters]
 */
export function groupedConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, padding: Padding): tf.Tensor4D {
  const compute = tf.customGrad((...args: unknown[]) => {
    const [input, weights, save] = args as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    save([input, weights]);
    return {
      value: forward(input, weights, stride, padding),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        gradients(dy as tf.Tensor4D, saved as [tf.Tensor4D, tf.Tensor4D], stride, padding),
    };
  });
  return compute(x, kernel) as tf.Tensor4D;
}

function forward(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, padding: Padding): tf.Tensor {
  const attributes = [
    attribute.type('T', DataType.float),
    { ...attribute.int('strides', 0), value: [1, stride, stride, 1] },
    attribute.string('padding', padding.toUpperCase()),
    attribute.string('data_format', 'NHWC'),
    { ...attribute.int('dilations', 0), value: [1, 1, 1, 1] },
    attribute.bool('use_cudnn_on_gpu', true),
  ];
  return nodeBackend().executeSingleOutput('Conv2D', attributes, [x, kernel]);
}

function gradients(
  dy: tf.Tensor4D,
  [x, kernel]: [tf.Tensor4D, tf.Tensor4D],
  strides: number,
  pad: Padding,
): tf.Tensor[] {
  return tf.tidy(() => {
    const groups = x.shape[3] / kernel.shape[2];
    const [dys, xs, kernels] = [tf.split(dy, groups, 3), tf.split(x, groups, 3), tf.split(kernel, groups, 3)];
    const options = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
    const run = (name: string, inputs: object, shape: object) =>
      tf
        .engine()
        .runKernel(
          name,
          inputs as tf.NamedTensorMap,
          { ...options, ...shape } as object as tf.NamedAttrMap,
        ) as tf.Tensor;
    const inputs = dys.map((part, g) =>
      run('Conv2DBackpropInput', { dy: part, filter: kernels[g] }, { inputShape: xs[g]!.shape }),
    );
    const filters = dys.map((part, g) =>
      run('Conv2DBackpropFilter', { x: xs[g], dy: part }, { filterShape: kernels[g]!.shape }),
    );
    return [tf.concat(inputs, 3), tf.concat(filters, 3)];
  });
}
