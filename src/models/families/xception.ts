import { tf } from '../../tensorflow';
import type { BackboneFamily } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { TF_MODE } from '../pixelValues';

/** Xception (Chollet 2017), as in Keras: separable convolutions, which look at each channel alone and then mix the channels. */
function build(options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  const convolve = (x: tf.SymbolicTensor, name: string, filters: number, stride: number) => {
    const y = network.convolution(x, name, { filters, kernel: 3, stride, padding: 'valid' });
    return network.activation(network.batchNormalization(y, `${name}_bn`), `${name}_act`, 'relu');
  };
  const separable = (x: tf.SymbolicTensor, name: string, filters: number) =>
    network.batchNormalization(network.separableConvolution(x, name, { filters, kernel: 3 }), `${name}_bn`);
  const relu = (x: tf.SymbolicTensor, name: string) => network.activation(x, `${name}_act`, 'relu');

  network.block('block1');
  let x = convolve(network.input, 'block1_conv1', 32, 2);
  x = convolve(x, 'block1_conv2', 64, 1);

  /** Two separable convolutions and a pooling, beside a convolution of 1 x 1 that halves the picture, too. */
  const reducing = (name: string, [first, second]: [number, number], { startsWithReLU = true } = {}) => {
    network.block(name);
    let y = startsWithReLU ? relu(x, `${name}_sepconv1`) : x;
    y = separable(y, `${name}_sepconv1`, first);
    y = separable(relu(y, `${name}_sepconv2`), `${name}_sepconv2`, second);
    y = network.add(tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 3, strides: 2, padding: 'same' }), y);
    const shortcut = network.convolution(x, `${name}_shortcut`, { filters: second, kernel: 1, stride: 2 });
    x = network.sum(`${name}_add`, [y, network.batchNormalization(shortcut, `${name}_shortcut_bn`)]);
  };
  reducing('block2', [128, 128], { startsWithReLU: false });
  reducing('block3', [256, 256]);
  reducing('block4', [728, 728]);
  for (let block = 5; block <= 12; block++) {
    const name = `block${block}`;
    network.block(name);
    let y = x;
    for (const part of ['sepconv1', 'sepconv2', 'sepconv3']) {
      y = separable(relu(y, `${name}_${part}`), `${name}_${part}`, 728);
    }
    x = network.sum(`${name}_add`, [y, x]);
  }
  reducing('block13', [728, 1024]);
  network.block('block14');
  x = relu(separable(x, 'block14_sepconv1', 1536), 'block14_sepconv1');
  x = relu(separable(x, 'block14_sepconv2', 2048), 'block14_sepconv2');
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, 'xception');
}

/** Xception. */
export const xception = {
  name: 'Xception',
  convolutions: 'depthwise',
  members: [
    {
      entry: {
        name: 'xception',
        title: 'Xception',
        parameters: 22_910_480,
        features: 2048,
        published: { top1: 0.79, top5: 0.945, source: 'Keras, table of its applications' },
        preprocessing: { inputSize: 299, crop: 0.875, interpolation: 'bilinear', ...TF_MODE },
        weights: {
          kind: 'keras',
          address: 'https://storage.googleapis.com/tensorflow/keras-applications/xception/',
          top: { file: 'xception_weights_tf_dim_ordering_tf_kernels.h5', md5: '0a58e3b7378bc2990ea3b43d5981f1f6' },
          noTop: {
            file: 'xception_weights_tf_dim_ordering_tf_kernels_notop.h5',
            md5: 'b0042744bf5b25fce3cb969f33bebb97',
          },
          licence: 'MIT (Keras)',
        },
        paper: 'Chollet 2017, Xception: Deep Learning with Depthwise Separable Convolutions',
      },
      build,
    },
  ],
} as const satisfies BackboneFamily;
