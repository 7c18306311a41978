import { attribute, DataType, nodeBackend, type tf } from './graph/backend';

/**
 * The singular value decomposition of a matrix by TensorFlow's own `Svd`, which tfjs does not offer: matrix = left x
 * diagonal(values) x right transposed. Of the vectors only the left ones are returned.
 *
 * @param matrix [rows, columns]
 * @returns values [k] from the largest down, left [rows, k], with k the smaller side
 */
export function singularValues(matrix: tf.Tensor2D): { values: tf.Tensor1D; left: tf.Tensor2D } {
  const attributes = [
    attribute.type('T', DataType.float),
    attribute.bool('compute_uv', true),
    attribute.bool('full_matrices', false),
  ];
  const [values, left, right] = nodeBackend().executeMultipleOutputs('Svd', attributes, [matrix], 3);
  right!.dispose();
  return { values: values as tf.Tensor1D, left: left as tf.Tensor2D };
}
