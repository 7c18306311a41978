import type { BackboneEntry } from '../backboneEntry';
import { IN_MODEL } from './preprocessing';

const entry = (
  variant: number,
  inputSize: number,
  [parameters, features]: [number, number],
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): BackboneEntry => ({
  name: `efficientnet-b${variant}`,
  title: `EfficientNet-B${variant}`,
  parameters,
  features,
  published: { top1, top5, source: 'Keras, table of its applications' },
  // the authors evaluate with a border of 32 pixels
  preprocessing: { inputSize, crop: inputSize / (inputSize + 32), interpolation: 'bicubic', ...IN_MODEL },
  weights: {
    kind: 'keras',
    address: 'https://storage.googleapis.com/keras-applications/',
    top: { file: `efficientnetb${variant}.h5`, md5: top },
    noTop: { file: `efficientnetb${variant}_notop.h5`, md5: noTop },
    licence: 'Apache-2.0',
  },
  paper: 'Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
});

export const efficientNetEntries: BackboneEntry[] = [
  entry(
    0,
    224,
    [5_330_571, 1280],
    [0.771, 0.933],
    ['902e53a9f72be733fc0bcb005b3ebbac', '50bc09e76180e00e4465e1a485ddc09d'],
  ),
  entry(
    1,
    240,
    [7_856_239, 1280],
    [0.791, 0.944],
    ['1d254153d4ab51201f1646940f018540', '74c4e6b3e1f6a1eea24c589628592432'],
  ),
  entry(
    2,
    260,
    [9_177_569, 1408],
    [0.801, 0.949],
    ['b15cce36ff4dcbd00b6dd88e7857a6ad', '111f8e2ac8aa800a7a99e3239f7bfb39'],
  ),
  entry(
    3,
    300,
    [12_320_535, 1536],
    [0.816, 0.957],
    ['ffd1fdc53d0ce67064dc6a9c7960ede0', 'af6d107764bb5b1abb91932881670226'],
  ),
  entry(
    4,
    380,
    [19_466_823, 1792],
    [0.829, 0.964],
    ['18c95ad55216b8f92d7e70b3a046e2fc', 'ebc24e6d6c33eaebbd558eafbeedf1ba'],
  ),
  entry(
    5,
    456,
    [30_562_527, 2048],
    [0.836, 0.967],
    ['ace28f2a6363774853a83a0b21b9421a', '38879255a25d3c92d5e44e04ae6cec6f'],
  ),
  entry(
    6,
    528,
    [43_265_143, 2304],
    [0.84, 0.968],
    ['165f6e37dce68623721b423839de8be5', '9ecce42647a20130c1f39a5d4cb75743'],
  ),
  entry(
    7,
    600,
    [66_658_687, 2560],
    [0.843, 0.97],
    ['8c03f828fec3ef71311cd463b6759d99', 'cbcfe4450ddf6f3ad90b1b398090fe4a'],
  ),
];
