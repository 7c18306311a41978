import { registerActivationGradients } from './activations';
import { registerBatchNormGradient, registerTrainingBatchNorm } from './batchNormalization';
import { fuseBatchNormalizationLayer } from './batchNormalizationLayer';
import { replaceGelu } from './gelu';
import { replaceLayerNormalization } from './layerNormalization';
import { registerReductionGradients } from './reductions';

export { batchNormInTraining } from './batchNormalization';
export { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './crossEntropy';

let registered = false;

/**
 * Replace gradients that tfjs composes of several operations by TensorFlow's fused ones, in eager training and in recorded
 * graphs. Bias gradients stay as they are: BiasAddGrad was no faster than the sum.
 */
export function registerNativeGradients(): void {
  if (registered) return;
  registered = true;
  registerActivationGradients();
  registerReductionGradients();
  registerBatchNormGradient();
  registerTrainingBatchNorm();
  fuseBatchNormalizationLayer();
  replaceLayerNormalization();
  replaceGelu();
}
