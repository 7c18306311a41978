import type { KerasFiles } from '../../backboneEntry';

/** Input of every MobileNet as Keras publishes it. */
export const MOBILE_NET_INPUT = { inputSize: 224, crop: 0.875, interpolation: 'bilinear' } as const;

/** Where Keras publishes the weights of a version of MobileNet. */
export const mobileNetFiles = (folder: string, top: KerasFiles['top'], noTop: KerasFiles['noTop']): KerasFiles => ({
  kind: 'keras',
  address: `https://storage.googleapis.com/tensorflow/keras-applications/${folder}/`,
  top,
  noTop,
  licence: 'Apache-2.0',
});
