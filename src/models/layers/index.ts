import { lazyModule } from '../../core/lazyModule';
import { whenLoaded } from '../../tensorflow';

export type { GroupedConvolutionConfig } from './groupedConvolution';
export type { RescalingConfig } from './rescaling';

const define = () => ({
  ...(require('./generalizedMeanPooling') as typeof import('./generalizedMeanPooling')),
  ...(require('./globalResponseNormalization') as typeof import('./globalResponseNormalization')),
  ...(require('./groupedConvolution') as typeof import('./groupedConvolution')),
  ...(require('./hardActivations') as typeof import('./hardActivations')),
  ...(require('./normalization') as typeof import('./normalization')),
  ...(require('./rescaling') as typeof import('./rescaling')),
});

/** Layers of Keras that TensorFlow.js lacks. Their classes extend its own, and so are defined when it is loaded. */
export const customLayers = lazyModule(define);

whenLoaded(define); // so that saved models with these layers can be read
