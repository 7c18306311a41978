import { registerActivationGradients } from './activations';
import { registerBatchNormGradient, registerTrainingBatchNorm } from './batchNormalization';
import { fuseBatchNormalizationLayer } from './batchNormalizationLayer';
import { registerReductionGradients } from './reductions';

export { batchNormInTraining } from './batchNormalization';
export { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './crossEntropy';

let registered = false;

/**
 * Put TensorFlow's own fused gradients in the place of those that tfjs composes: for eager training and for recorded
 * graphs alike. Bias gradients stay as they are: BiasAddGrad was no faster than the sum.
 */
export function registerNativeGradients(): void {
  if (registered) return;
  registered = true;
  registerActivationGradients();
  registerReductionGradients();
  registerBatchNormGradient();
  registerTrainingBatchNorm();
  fuseBatchNormalizationLayer();
}
