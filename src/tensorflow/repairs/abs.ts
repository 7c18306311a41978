import * as tf from '#tfjs';

/** Make the gradient of |x| at 0 be 0, as in TensorFlow: tfjs 4.22 has -1 there, so that an L1 penalty moves weights that are 0. */
export function repairAbs(): void {
  tf.registerGradient({
    kernelName: 'Abs',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.sign(x!)) }),
  });
}
