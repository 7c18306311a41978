import type { Preprocessing } from './preprocessing';

type Values = Pick<Preprocessing, 'mean' | 'std' | 'channelOrder'>;

/** Keras's mode 'tf': pixels of -1 to 1. */
export const TF_MODE: Values = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };

/** Keras's mode 'caffe': ImageNet's mean taken away, blue first. */
export const CAFFE_MODE: Values = { mean: [123.68, 116.779, 103.939], std: [1, 1, 1], channelOrder: 'bgr' };

/** Keras's and torchvision's mode 'torch': ImageNet's mean taken away, divided by its standard deviation. */
export const TORCH_MODE: Values = {
  mean: [255 * 0.485, 255 * 0.456, 255 * 0.406],
  std: [255 * 0.229, 255 * 0.224, 255 * 0.225],
};

/** The model takes pixels of 0 to 255 and normalizes them itself. */
export const IN_MODEL: Values = { mean: [0, 0, 0], std: [1, 1, 1] };
