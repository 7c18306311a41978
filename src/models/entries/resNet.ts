import type { BackboneEntry } from '../backboneEntry';
import { CAFFE_MODE } from './preprocessing';

const entry = (
  depth: 50 | 101 | 152,
  parameters: number,
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): BackboneEntry => ({
  name: `resnet${depth}`,
  title: `ResNet-${depth}`,
  parameters,
  features: 2048,
  published: { top1, top5, source: 'Keras, table of its applications' },
  preprocessing: { inputSize: 224, crop: 0.875, interpolation: 'bilinear', ...CAFFE_MODE },
  weights: {
    kind: 'keras',
    address: 'https://storage.googleapis.com/tensorflow/keras-applications/resnet/',
    top: { file: `resnet${depth}_weights_tf_dim_ordering_tf_kernels.h5`, md5: top },
    noTop: { file: `resnet${depth}_weights_tf_dim_ordering_tf_kernels_notop.h5`, md5: noTop },
    licence: 'MIT (Kaiming He)',
  },
  paper: 'He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition',
});

export const resNetEntries: BackboneEntry[] = [
  entry(50, 25_636_712, [0.749, 0.921], ['2cb95161c43110f7111970584f804107', '4d473c1dd8becc155b73f8504c6f6626']),
  entry(101, 44_707_176, [0.764, 0.928], ['f1aeb4b969a6efcfb50fad2f0c20cfc5', '88cf7a10940856eca736dc7b7e228a21']),
  entry(152, 60_419_944, [0.766, 0.931], ['100835be76be38e30d865e96f2aaae62', 'ee4c566cf9a93f14d82f913c2dc6dd0c']),
];
