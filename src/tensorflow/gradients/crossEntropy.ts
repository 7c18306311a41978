import { attribute, DataType, nodeBackend, tf } from '../graph/backend';

/**
 * Softmax cross-entropy of each example, and its gradient, in one native operation.
 *
 * @param labels [batch] int32, class indices
 * @param logits [batch, classes]
 * @returns [batch]
 */
export function sparseSoftmaxCrossEntropy(labels: tf.Tensor1D, logits: tf.Tensor2D): tf.Tensor1D {
  const types = [attribute.type('T', DataType.float), attribute.type('Tlabels', DataType.int32)];
  return fused('SparseSoftmaxCrossEntropyWithLogits', types, labels, logits);
}

/**
 * The same for labels that are distributions: one-hot, smoothed or mixed. Labels get no gradient.
 *
 * @param labels [batch, classes], rows that sum to 1
 * @param logits [batch, classes]
 * @returns [batch]
 */
export function softmaxCrossEntropy(labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Tensor1D {
  return fused('SoftmaxCrossEntropyWithLogits', [attribute.type('T', DataType.float)], labels, logits);
}

function fused(
  operation: string,
  attributes: ReturnType<typeof attribute.type>[],
  labels: tf.Tensor,
  logits: tf.Tensor2D,
): tf.Tensor1D {
  const withGradient = tf.customGrad((input, save) => {
    const [losses, gradient] = nodeBackend().executeMultipleOutputs(
      operation,
      attributes,
      [input as tf.Tensor, labels],
      2,
    );
    (save as tf.GradSaveFunc)([gradient!]);
    return {
      value: losses!,
      gradFunc: (dy, [gradient]) => (dy as tf.Tensor).expandDims(1).mul(gradient!),
    };
  });
  return withGradient(logits) as tf.Tensor1D;
}
