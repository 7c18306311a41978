import { attribute, DataType, nodeBackend, tf } from '../graph/backend';

/**
 * Gradients of sum and mean: the incoming gradient, broadcast over the reduced dimensions. tfjs multiplies it by ones of
 * the input's whole shape, which it makes in JavaScript and uploads.
 */
export function registerReductionGradients(): void {
  tf.registerGradient({
    kernelName: 'Sum',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], { axis }) => ({ x: () => spread(dy as tf.Tensor, x!, axesOf(axis, x!)) }),
  });
  tf.registerGradient({
    kernelName: 'Mean',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], { axis }) => ({
      x: () => {
        const axes = axesOf(axis, x!);
        const count = axes.reduce((product, dimension) => product * x!.shape[dimension]!, 1);
        return spread((dy as tf.Tensor).div(count), x!, axes);
      },
    }),
  });
}

const axesOf = (axis: unknown, x: tf.Tensor) =>
  tf.util.parseAxisParam(axis as number | number[], x.shape).map((dimension) => Number(dimension));

function spread(dy: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const kept = x.shape.map((size, dimension) => (axes.includes(dimension) ? 1 : size));
  const attributes = [attribute.type('T', DataType.float), attribute.type('Tidx', DataType.int32)];
  return nodeBackend().executeSingleOutput('BroadcastTo', attributes, [
    dy.reshape(kept),
    tf.tensor1d(x.shape, 'int32'),
  ]);
}
