import { attribute, DataType, nodeBackend, tf } from '../graph/backend';

/**
 * Gradients of ReLU and ReLU6 as one operation each. tfjs builds that of ReLU6 from eight, and `step` among them uploads
 * ones from JavaScript: in a training step of the MobileNet and EfficientNet-Lite families that is half the time.
 *
 * They are computed from the output, which lies between the bounds exactly where the input does: so only the activation needs the
 * output of the convolution, and a graph can fuse the two.
 */
export function registerActivationGradients(): void {
  for (const kernelName of ['Relu', 'Relu6']) {
    tf.registerGradient({
      kernelName,
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({
        x: () => {
          const type = attribute.type('T', DataType.float);
          return nodeBackend().executeSingleOutput(`${kernelName}Grad`, [type], [dy as tf.Tensor, y!.toFloat()]);
        },
      }),
    });
  }
}
