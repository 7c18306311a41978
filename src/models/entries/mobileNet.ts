import type { BackboneEntry, KerasFiles } from '../backboneEntry';
import { IN_MODEL, TF_MODE } from './preprocessing';

const KERAS_TABLE = 'Keras, table of its applications';
const framing = { inputSize: 224, crop: 0.875, interpolation: 'bilinear' } as const;
const folder = (name: string) => `https://storage.googleapis.com/tensorflow/keras-applications/${name}/`;
const keras = (address: string, top: KerasFiles['top'], noTop: KerasFiles['noTop']): KerasFiles => ({
  ...{ kind: 'keras', address: folder(address), top, noTop, licence: 'Apache-2.0' },
});

/** Keras's source has no hashes for the files of version 1 and 2: the first file that fits is noted with its SHA-256. */
const version1 = (width: number, parameters: number, [top1, top5]: [number, number]): BackboneEntry => {
  const text = { 1: '1_0', 0.75: '7_5', 0.5: '5_0', 0.25: '2_5' }[width];
  return {
    name: width === 1 ? 'mobilenet-v1' : `mobilenet-v1-${width.toFixed(2)}`,
    title: width === 1 ? 'MobileNet' : `MobileNet, width ${width}`,
    parameters,
    features: 1024 * width,
    published: {
      top1,
      top5,
      source: width === 1 ? KERAS_TABLE : "the authors, TensorFlow-Slim's table of MobileNet v1",
    },
    preprocessing: { ...framing, ...TF_MODE },
    weights: keras(
      'mobilenet',
      { file: `mobilenet_${text}_224_tf.h5` },
      { file: `mobilenet_${text}_224_tf_no_top.h5` },
    ),
    paper: 'Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications',
  };
};

const version2: BackboneEntry = {
  name: 'mobilenet-v2',
  title: 'MobileNetV2',
  parameters: 3_538_984,
  features: 1280,
  published: { top1: 0.713, top5: 0.901, source: KERAS_TABLE },
  preprocessing: { ...framing, ...TF_MODE },
  weights: keras(
    'mobilenet_v2',
    { file: 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5' },
    { file: 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5' },
  ),
  paper: 'Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks',
};

const version3 = (
  variant: 'small' | 'large',
  [parameters, features]: [number, number],
  top1: number,
  [top, noTop]: [string, string],
): BackboneEntry => ({
  name: `mobilenet-v3-${variant}`,
  title: `MobileNetV3 ${variant}`,
  parameters,
  features,
  published: { top1, source: "Keras's source, mobilenet_v3.py" },
  preprocessing: { ...framing, ...IN_MODEL },
  weights: keras(
    'mobilenet_v3',
    { file: `weights_mobilenet_v3_${variant}_224_1.0_float.h5`, md5: top },
    { file: `weights_mobilenet_v3_${variant}_224_1.0_float_no_top_v2.h5`, md5: noTop },
  ),
  paper: 'Howard et al. 2019, Searching for MobileNetV3',
});

export const mobileNetEntries: BackboneEntry[] = [
  version1(1, 4_253_864, [0.704, 0.895]),
  version1(0.75, 2_601_976, [0.684, 0.882]),
  version1(0.5, 1_342_536, [0.633, 0.849]),
  version1(0.25, 475_544, [0.498, 0.742]),
  version2,
  version3('small', [2_554_968, 576], 0.681, ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836']),
  version3('large', [5_507_432, 960], 0.756, ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389']),
];
