import * as tf from '#tfjs';
import { attribute, DataType, nodeBackend } from './graph/backend';
import { groupMask, groupParts } from './groupParts';

type Padding = 'same' | 'valid';

/**
 * A grouped convolution: the filters of each group see only the channels of theirs. Forward it is one operation; TensorFlow has no
 * gradient of it on the CPU, so that is computed from dense convolutions of a few groups each.
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
    const [height, width, channels, all] = kernel.shape;
    const groups = x.shape[3] / channels;
    const filters = all / groups;
    const parts = groupParts(groups, channels);
    const split = (tensor: tf.Tensor4D, size: number) =>
      tf.split(
        tensor,
        parts.map((part) => part * size),
        3,
      );
    const [dys, xs, kernels] = [split(dy, filters), split(x, channels), split(kernel, filters)];
    const options = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
    const run = (name: string, inputs: object, shape: object) =>
      tf
        .engine()
        .runKernel(
          name,
          inputs as tf.NamedTensorMap,
          { ...options, ...shape } as object as tf.NamedAttrMap,
        ) as tf.Tensor;
    const gradientsOf = parts.map((part, i): [tf.Tensor, tf.Tensor] => {
      // the filters of the groups of a part as those of one dense convolution, with zeros between the groups
      const mask = tf.tensor2d(groupMask(part, channels, filters), [part * channels, part * filters]);
      const filter = tf.mul(tf.tile(kernels[i]!, [1, 1, part, 1]), mask);
      const input = run('Conv2DBackpropInput', { dy: dys[i], filter }, { inputShape: xs[i]!.shape });
      const dense = run('Conv2DBackpropFilter', { x: xs[i], dy: dys[i] }, { filterShape: filter.shape });
      const own = tf.reshape(tf.mul(dense, mask), [height, width, part, channels, part * filters]);
      return [input, tf.sum(own, 2)];
    });
    return [0, 1].map((which) =>
      tf.concat(
        gradientsOf.map((pair) => pair[which]!),
        3,
      ),
    );
  });
}
