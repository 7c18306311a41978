import { type BackboneFamily, type BackboneName, backbones, type NamedArray } from '../../src/models';
import { Network } from '../../src/models/network';
import { registerFamily } from '../../src/models/registry';

export const NAME = 'small-for-tests' as BackboneName;
export const preprocessing = {
  inputSize: 32,
  crop: 1,
  interpolation: 'bilinear',
  mean: [0, 0, 0],
  std: [255, 255, 255],
} as const;

/** A family of one network of 4 filters, whose PyTorch twin pads otherwise: the same tensors give other features. */
const small: BackboneFamily = {
  name: 'Small',
  convolutions: 'dense',
  members: [
    {
      entry: {
        ...{ name: NAME, title: 'Small', parameters: 3 * 3 * 3 * 4 + 4, features: 4, paper: 'none', preprocessing },
        published: { top1: 0.01, source: 'nobody' },
        weights: { kind: 'torch', address: 'https://example.org/small-00000000.pth', licence: 'CC0-1.0' },
      },
      build: (options) => network(options, 'same', 'first'),
      torch: [
        {
          architectures: ['small_net'],
          build: (options) => network(options, 'valid', 'conv1'),
          preprocessing: { ...preprocessing, mean: [10, 20, 30] },
        },
      ],
    },
  ],
};

function network(
  options: Parameters<BackboneFamily['members'][number]['build']>[0],
  padding: 'same' | 'valid',
  name: string,
) {
  const net = new Network(options);
  net.block('only');
  const x = net.convolution(net.input, name, { filters: 4, kernel: 3, stride: 2, padding, bias: true });
  net.endBlocks();
  const features = net.averagePool(x);
  return net.finish(options.includeTop ? net.dense(features, 'fc', 1000) : features, 'small');
}

/** Its state dictionary, by PyTorch's names, with a classifier of so many classes. */
export const tensors = (prefix = '', channels = 3, classes = 7): Map<string, NamedArray> =>
  new Map([
    [
      `${prefix}conv1.weight`,
      { shape: [4, channels, 3, 3], data: Float32Array.from({ length: 36 * channels }, (_, i) => Math.sin(i)) },
    ],
    [`${prefix}conv1.bias`, { shape: [4], data: Float32Array.of(0.1, 0.2, 0.3, 0.4) }],
    [`${prefix}fc.bias`, { shape: [classes], data: new Float32Array(classes) }],
    [
      `${prefix}fc.weight`,
      { shape: [classes, 4], data: Float32Array.from({ length: 4 * classes }, (_, i) => Math.cos(i)) },
    ],
  ]);

/** Add it to the registry. @returns removes it again */
export function registerSmall(): () => void {
  registerFamily(small);
  return () => {
    delete backbones[NAME];
  };
}
