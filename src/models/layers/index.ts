export { HardSigmoid, HardSwish } from './hardActivations';
export { Normalization } from './normalization';
export { Rescaling, type RescalingConfig } from './rescaling';
