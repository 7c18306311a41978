import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { CAFFE_MODE } from '../pixelValues';
import { torchInput } from '../torchInput';
import type { TorchNames } from '../weights/matchTorch';

type Depth = 16 | 19;

const FILTERS = [64, 128, 256, 512, 512];
const CONVOLUTIONS = { 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] };

/** VGG16 and VGG19 (Simonyan and Zisserman 2015, Very Deep Convolutional Networks), as in Keras. */
function build(depth: Depth, options: Required<ArchitectureOptions>, channelsFirst = false): Architecture {
  const network = new Network(options);
  let x = network.input;
  FILTERS.forEach((filters, stage) => {
    const block = `block${stage + 1}`;
    network.block(block);
    for (let i = 1; i <= CONVOLUTIONS[depth][stage]!; i++) {
      x = network.convolution(x, `${block}_conv${i}`, { filters, kernel: 3, bias: true, activation: 'relu' });
    }
    x = network.add(tf.layers.maxPooling2d({ name: `${block}_pool`, poolSize: 2, strides: 2 }), x);
  });
  network.endBlocks();
  if (!options.includeTop) return network.finish(network.averagePool(x), `vgg${depth}`);
  // torch's classifier expects all places of one channel, then those of the next
  if (channelsFirst) x = network.add(tf.layers.permute({ name: 'permute', dims: [3, 1, 2] }), x);
  x = network.add(tf.layers.flatten({ name: 'flatten' }), x);
  x = network.dense(x, 'fc1', 4096, 'relu');
  x = network.dense(x, 'fc2', 4096, 'relu');
  return network.finish(network.dense(x, 'predictions', 1000), `vgg${depth}`);
}

/** torchvision and timm count all modules of the convolutional part: convolution, ReLU and pooling. */
function torchNames(depth: Depth): TorchNames {
  let next = 0;
  const places = new Map<string, number>();
  CONVOLUTIONS[depth].forEach((count, stage) => {
    for (let i = 1; i <= count; i++, next += 2) places.set(`block${stage + 1}_conv${i}`, next);
    next++;
  });
  const top: Record<string, string> = { fc1: 'classifier.0', fc2: 'classifier.3', predictions: 'classifier.6' };
  return (layer) => top[layer] ?? `features.${places.get(layer)}`;
}

const member = <Layers extends Depth>(
  depth: Layers,
  parameters: number,
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): FamilyMember<`vgg${Layers}`> => ({
  entry: {
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
  },
  build: (options) => build(depth, options),
  torch: [
    {
      architectures: [`vgg${depth}`],
      build: (options) => build(depth, options, true),
      names: [torchNames(depth)],
      preprocessing: torchInput(),
    },
  ],
});

export const vgg = {
  name: 'VGG',
  convolutions: 'dense',
  members: [
    member(16, 138_357_544, [0.713, 0.901], ['64373286793e3c8b2b4e3219cbf3544b', '6d6bbae143d832006294945121d1f1fc']),
    member(19, 143_667_240, [0.713, 0.9], ['cbe5617147190e668d6c5d5026f83318', '253f8cb515780f3b799900260a226db6']),
  ],
} satisfies BackboneFamily;
