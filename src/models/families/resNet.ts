import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { CAFFE_MODE } from '../pixelValues';
import { torchResNet } from './resNetTorch';

type Depth = 50 | 101 | 152;

const REPEATS = { 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3] };

const EPSILON = { epsilon: 1.001e-5 };

/** ResNet-50, 101 and 152 (He et al. 2016, Deep Residual Learning), version 1 with the stride in the first convolution. */
function build(depth: Depth, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  const border = (pixels: number): [[number, number], [number, number]] => [
    [pixels, pixels],
    [pixels, pixels],
  ];
  network.block('conv1');
  let x = network.zeroPadding(network.input, 'conv1_pad', border(3));
  x = network.convolution(x, 'conv1_conv', { filters: 64, kernel: 7, stride: 2, padding: 'valid', bias: true });
  x = network.batchNormalization(x, 'conv1_bn', EPSILON);
  x = network.activation(x, 'conv1_relu', 'relu');
  x = network.zeroPadding(x, 'pool1_pad', border(1));
  x = network.add(tf.layers.maxPooling2d({ name: 'pool1_pool', poolSize: 3, strides: 2 }), x);
  REPEATS[depth].forEach((repeats, stage) => {
    for (let repeat = 1; repeat <= repeats; repeat++) {
      const name = `conv${stage + 2}_block${repeat}`;
      network.block(name);
      const stride = repeat === 1 && stage > 0 ? 2 : 1;
      x = bottleneck(network, x, { name, filters: 64 * 2 ** stage, stride, project: repeat === 1 });
    }
  });
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, `resnet${depth}`);
}

function bottleneck(
  network: Network,
  input: tf.SymbolicTensor,
  { name, filters, stride, project }: { name: string; filters: number; stride: number; project: boolean },
): tf.SymbolicTensor {
  const step = (x: tf.SymbolicTensor, index: number, width: number, kernel: number, strides: number) => {
    const options = { filters: width, kernel, stride: strides, padding: kernel === 1 ? 'valid' : 'same', bias: true };
    const y = network.convolution(x, `${name}_${index}_conv`, options as Parameters<Network['convolution']>[2]);
    return network.batchNormalization(y, `${name}_${index}_bn`, EPSILON);
  };
  const shortcut = project ? step(input, 0, 4 * filters, 1, stride) : input;
  let x = network.activation(step(input, 1, filters, 1, stride), `${name}_1_relu`, 'relu');
  x = network.activation(step(x, 2, filters, 3, 1), `${name}_2_relu`, 'relu');
  x = step(x, 3, 4 * filters, 1, 1);
  return network.activation(network.sum(`${name}_add`, [shortcut, x]), `${name}_out`, 'relu');
}

const member = <Layers extends Depth>(
  depth: Layers,
  parameters: number,
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): FamilyMember<`resnet${Layers}`> => ({
  entry: {
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
  },
  build: (options) => build(depth, options),
  torch: [torchResNet(`resnet${depth}`)],
});

export const resNet = {
  name: 'ResNet',
  convolutions: 'dense',
  members: [
    member(50, 25_636_712, [0.749, 0.921], ['2cb95161c43110f7111970584f804107', '4d473c1dd8becc155b73f8504c6f6626']),
    member(101, 44_707_176, [0.764, 0.928], ['f1aeb4b969a6efcfb50fad2f0c20cfc5', '88cf7a10940856eca736dc7b7e228a21']),
    member(152, 60_419_944, [0.766, 0.931], ['100835be76be38e30d865e96f2aaae62', 'ee4c566cf9a93f14d82f913c2dc6dd0c']),
  ],
} satisfies BackboneFamily;
