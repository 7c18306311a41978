import * as tf from '#tfjs';
import { registerNativeGradients } from './gradients';
import { whenLoaded } from './load';
import { repairAbs } from './repairs/abs';
import { repairBatchNormalization } from './repairs/batchNormalization';
import { repairDropout } from './repairs/dropout';
import { repairReLU } from './repairs/reLU';
import { repairSwish } from './repairs/swish';
import { repairTidy } from './repairs/tidy';
import { registerTransformKernel } from './repairs/transform';

whenLoaded(() => {
  registerNativeGradients(); // before the repairs: they decide about frozen layers first
  repairAbs();
  repairBatchNormalization();
  repairDropout();
  repairReLU();
  repairSwish();
  repairTidy();
  registerTransformKernel();
});

export { devicesToShare } from './chooseDevice';
export { type DeviceReport, deviceReport } from './device';
export { shapeOf, tensorOf } from './layerInput';
export { whenLoaded } from './load';
export { isBatchNormalization, keepInInferenceMode, runsInInferenceMode } from './repairs/batchNormalization';
export { seedDropout, withDropoutSeed } from './repairs/dropout';
export { singularValues } from './singularValues';
export { withWeightLimit } from './weightLimit';
export { tf };
