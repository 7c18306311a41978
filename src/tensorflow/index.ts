import './prepare';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { repairBatchNormalization } from './repairs/batchNormalization';
import { repairDropout } from './repairs/dropout';
import { repairReLU } from './repairs/reLU';
import { registerTransformKernel } from './repairs/transform';

repairBatchNormalization();
repairDropout();
repairReLU();
registerTransformKernel();

export { type DeviceReport, deviceReport } from './device';
export { seedDropout } from './repairs/dropout';
export { tf };
