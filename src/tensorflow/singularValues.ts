import * as tf from '@tensorflow/tfjs-node-gpu';

interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_BOOL: number; TF_FLOAT: number };
  executeMultipleOutputs(name: string, attributes: object[], inputs: tf.TensorInfo[], outputs: number): tf.Tensor[];
}

/**
 * The singular value decomposition of a matrix by TensorFlow's own `Svd`, which tfjs does not offer: matrix = left x
 * diagonal(values) x right transposed. Of the vectors only the left ones are returned.
 *
 * @param matrix [rows, columns]
 * @returns values [k] from the largest down, left [rows, k], with k the smaller side
 */
export function singularValues(matrix: tf.Tensor2D): { values: tf.Tensor1D; left: tf.Tensor2D } {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'compute_uv', type: TF_ATTR_BOOL, value: true },
    { name: 'full_matrices', type: TF_ATTR_BOOL, value: false },
  ];
  const [values, left, right] = backend.executeMultipleOutputs('Svd', attributes, [matrix], 3);
  right!.dispose();
  return { values: values as tf.Tensor1D, left: left as tf.Tensor2D };
}
