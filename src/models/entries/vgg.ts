import type { BackboneEntry } from '../backboneEntry';
import { CAFFE_MODE } from './preprocessing';

const entry = (
  depth: 16 | 19,
  parameters: number,
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): BackboneEntry => ({
  name: `vgg${depth}`,
  title: `VGG${depth}`,
  parameters,
  features: 512,
  published: { top1, top5, source: 'Keras, table of its applications' },
  preprocessing: { inputSize: 224, crop: 0.875, interpolation: 'bilinear', ...CAFFE_MODE },
  weights: {
    kind: 'keras',
    address: `https://storage.googleapis.com/tensorflow/keras-applications/vgg${depth}/`,
    top: { file: `vgg${depth}_weights_tf_dim_ordering_tf_kernels.h5`, md5: top },
    noTop: { file: `vgg${depth}_weights_tf_dim_ordering_tf_kernels_notop.h5`, md5: noTop },
    licence: 'CC-BY-4.0 (Visual Geometry Group, Oxford)',
  },
  paper: 'Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition',
});

export const vggEntries: BackboneEntry[] = [
  entry(16, 138_357_544, [0.713, 0.901], ['64373286793e3c8b2b4e3219cbf3544b', '6d6bbae143d832006294945121d1f1fc']),
  entry(19, 143_667_240, [0.713, 0.9], ['cbe5617147190e668d6c5d5026f83318', '253f8cb515780f3b799900260a226db6']),
];
