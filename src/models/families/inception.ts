import { tf } from '../../tensorflow';
import type { BackboneFamily } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { TF_MODE } from '../pixelValues';
import { torchInput } from '../torchInput';
import { torchPadding } from './shared/torchLayers';

/** Height and width of a kernel. */
type Kernel = number | [height: number, width: number];

/** A convolution with its normalization: name, filters, kernel. */
type Step = [name: string, filters: number, kernel: Kernel];

/**
 * Inception-V3 (Szegedy et al. 2016), with torchvision's and timm's names. Keras's network has normalizations without a scale, and its
 * average pooling leaves out the zeros of the padding.
 */
function build(options: Required<ArchitectureOptions>, { torch }: { torch: boolean }): Architecture {
  const network = new Network(options);
  const convolve = (
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    kernel: Kernel,
    { stride = 1, padding = stride === 1 ? 'same' : 'valid' }: { stride?: number; padding?: 'same' | 'valid' } = {},
  ) => {
    const y = network.convolution(x, `${name}.conv`, { filters, kernel, stride, padding });
    const normalized = network.batchNormalization(y, `${name}.bn`, torch ? { momentum: 0.9 } : { scale: false });
    return network.activation(normalized, `${name}.act`, 'relu');
  };
  const chain = (x: tf.SymbolicTensor, steps: readonly Step[]) =>
    steps.reduce((y, [name, filters, kernel]) => convolve(y, name, filters, kernel), x);
  const maxPool = (x: tf.SymbolicTensor, name: string) =>
    network.add(tf.layers.maxPooling2d({ name, poolSize: 3, strides: 2 }), x);
  const averagePool = (x: tf.SymbolicTensor, name: string) => {
    const padded = torch ? torchPadding(network, x, `${name}.pad`, 1) : x;
    const padding = torch ? 'valid' : 'same';
    return network.add(tf.layers.averagePooling2d({ name, poolSize: 3, strides: 1, padding }), padded);
  };
  const together = (name: string, parts: tf.SymbolicTensor[]) =>
    network.add(tf.layers.concatenate({ name: `${name}.concat` }), parts);

  /** A block of branches: one of 1 x 1, chains, and a pooled one. */
  const mixed = (x: tf.SymbolicTensor, name: string, single: number, chains: readonly Step[][], pooled: number) => {
    network.block(name);
    const within = (steps: readonly Step[]) => steps.map(([part, ...rest]): Step => [`${name}.${part}`, ...rest]);
    const first = convolve(x, `${name}.branch1x1`, single, 1);
    const middle = chains.map((steps) => chain(x, within(steps)));
    const last = convolve(averagePool(x, `${name}.pool`), `${name}.branch_pool`, pooled, 1);
    return together(name, [first, ...middle, last]);
  };

  network.block('stem');
  let x = convolve(network.input, 'Conv2d_1a_3x3', 32, 3, { stride: 2 });
  x = convolve(x, 'Conv2d_2a_3x3', 32, 3, { padding: 'valid' });
  x = convolve(x, 'Conv2d_2b_3x3', 64, 3);
  x = maxPool(x, 'maxpool1');
  x = convolve(x, 'Conv2d_3b_1x1', 80, 1, { padding: 'valid' });
  x = convolve(x, 'Conv2d_4a_3x3', 192, 3, { padding: 'valid' });
  x = maxPool(x, 'maxpool2');

  const fives: Step[] = [
    ['branch5x5_1', 48, 1],
    ['branch5x5_2', 64, 5],
  ];
  const threes: Step[] = [
    ['branch3x3dbl_1', 64, 1],
    ['branch3x3dbl_2', 96, 3],
  ];
  (['Mixed_5b', 'Mixed_5c', 'Mixed_5d'] as const).forEach((name, i) => {
    x = mixed(x, name, 64, [fives, [...threes, ['branch3x3dbl_3', 96, 3]]], i === 0 ? 32 : 64);
  });

  network.block('Mixed_6a');
  const smaller = convolve(x, 'Mixed_6a.branch3x3', 384, 3, { stride: 2 });
  const twice = chain(
    x,
    threes.map(([part, ...rest]): Step => [`Mixed_6a.${part}`, ...rest]),
  );
  const end = convolve(twice, 'Mixed_6a.branch3x3dbl_3', 96, 3, { stride: 2 });
  x = together('Mixed_6a', [smaller, end, maxPool(x, 'Mixed_6a.pool')]);

  for (const [name, width] of [
    ['Mixed_6b', 128],
    ['Mixed_6c', 160],
    ['Mixed_6d', 160],
    ['Mixed_6e', 192],
  ] as const) {
    const sevens: Step[] = [
      ['branch7x7_1', width, 1],
      ['branch7x7_2', width, [1, 7]],
      ['branch7x7_3', 192, [7, 1]],
    ];
    const doubled: Step[] = [
      ['branch7x7dbl_1', width, 1],
      ['branch7x7dbl_2', width, [7, 1]],
      ['branch7x7dbl_3', width, [1, 7]],
      ['branch7x7dbl_4', width, [7, 1]],
      ['branch7x7dbl_5', 192, [1, 7]],
    ];
    x = mixed(x, name, 192, [sevens, doubled], 192);
  }

  network.block('Mixed_7a');
  const reduced = convolve(convolve(x, 'Mixed_7a.branch3x3_1', 192, 1), 'Mixed_7a.branch3x3_2', 320, 3, { stride: 2 });
  const long = chain(x, [
    ['Mixed_7a.branch7x7x3_1', 192, 1],
    ['Mixed_7a.branch7x7x3_2', 192, [1, 7]],
    ['Mixed_7a.branch7x7x3_3', 192, [7, 1]],
  ]);
  const ended = convolve(long, 'Mixed_7a.branch7x7x3_4', 192, 3, { stride: 2 });
  x = together('Mixed_7a', [reduced, ended, maxPool(x, 'Mixed_7a.pool')]);

  for (const name of ['Mixed_7b', 'Mixed_7c']) {
    network.block(name);
    /** Two convolutions of 1 x 3 and 3 x 1 of the same input, side by side. */
    const split = (y: tf.SymbolicTensor, part: string) =>
      together(part, [convolve(y, `${part}a`, 384, [1, 3]), convolve(y, `${part}b`, 384, [3, 1])]);
    const first = convolve(x, `${name}.branch1x1`, 320, 1);
    const second = split(convolve(x, `${name}.branch3x3_1`, 384, 1), `${name}.branch3x3_2`);
    const third = chain(x, [
      [`${name}.branch3x3dbl_1`, 448, 1],
      [`${name}.branch3x3dbl_2`, 384, 3],
    ]);
    const fourth = convolve(averagePool(x, `${name}.pool`), `${name}.branch_pool`, 192, 1);
    x = together(name, [first, second, split(third, `${name}.branch3x3dbl_3`), fourth]);
  }
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'fc', 1000);
  return network.finish(x, 'inception_v3');
}

/**
 * Inception-V3, as Keras publishes it. torchvision's file is a copy of the same weights: its network turns ImageNet's normalization back
 * into pixels of -1 to 1 (`transform_input`), and timm's `tf_inception_v3` takes these at once.
 */
export const inception = {
  name: 'Inception',
  convolutions: 'dense',
  members: [
    {
      entry: {
        name: 'inception-v3',
        title: 'Inception-V3',
        parameters: 23_851_784,
        features: 2048,
        smallestInput: 75,
        published: { top1: 0.779, top5: 0.937, source: 'Keras, table of its applications' },
        preprocessing: { inputSize: 299, crop: 0.875, interpolation: 'bilinear', ...TF_MODE },
        weights: {
          kind: 'keras',
          address: 'https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/',
          top: {
            file: 'inception_v3_weights_tf_dim_ordering_tf_kernels.h5',
            md5: '9a0d58056eeedaa3f26cb7ebd46da564',
          },
          noTop: {
            file: 'inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5',
            md5: 'bcbd6486424b2319ff4ef7d526e38f63',
          },
          licence: 'Apache-2.0',
        },
        paper: 'Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision',
      },
      build: (options) => build(options, { torch: false }),
      torch: [
        {
          architectures: ['inception_v3', 'tf_inception_v3'],
          build: (options) => build(options, { torch: true }),
          preprocessing: { ...torchInput(299, 299 / 342), ...TF_MODE },
        },
      ],
    },
  ],
} as const satisfies BackboneFamily;
