import type { tf } from '../../tensorflow';
import type { BackboneFamily } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from '../network';
import { TF_MODE } from '../pixelValues';
import { torchInput } from '../torchInput';
import { MOBILE_NET_INPUT, mobileNetFiles } from './shared/kerasMobileNet';
import {
  buildTorchMobileNet,
  type TorchBlock,
  type TorchMobileNet,
  torchvisionNames,
} from './shared/torchInvertedResidual';

/** Filters, stride and expansion of the seventeen inverted residuals (Sandler et al. 2018, table 2). */
const BLOCKS: readonly (readonly [filters: number, stride: number, expansion: number])[] = [
  [16, 1, 1],
  [24, 2, 6],
  [24, 1, 6],
  [32, 2, 6],
  [32, 1, 6],
  [32, 1, 6],
  [64, 2, 6],
  [64, 1, 6],
  [64, 1, 6],
  [64, 1, 6],
  [96, 1, 6],
  [96, 1, 6],
  [96, 1, 6],
  [160, 2, 6],
  [160, 1, 6],
  [160, 1, 6],
  [320, 1, 6],
];

const NORMALIZATION = { epsilon: 1e-3, momentum: 0.999 };

/** MobileNetV2 (Sandler et al. 2018, Inverted Residuals and Linear Bottlenecks), as in Keras. */
function build(width: number, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  network.block('Conv1');
  let x = network.convolution(network.input, 'Conv1', { filters: roundFilters(32 * width), kernel: 3, stride: 2 });
  x = network.batchNormalization(x, 'bn_Conv1', NORMALIZATION);
  x = network.activation(x, 'Conv1_relu', 'relu6');
  BLOCKS.forEach(([filters, stride, expansion], index) => {
    const name = index === 0 ? 'expanded_conv' : `block_${index}`;
    network.block(name);
    const rounded = roundFilters(Math.floor(filters * width));
    x = invertedResidual(network, x, { name, filters: rounded, stride, expansion });
  });
  network.block('Conv_1');
  x = network.convolution(x, 'Conv_1', { filters: width > 1 ? roundFilters(1280 * width) : 1280, kernel: 1 });
  x = network.batchNormalization(x, 'Conv_1_bn', NORMALIZATION);
  x = network.activation(x, 'out_relu', 'relu6');
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, `mobilenetv2_${width.toFixed(2)}`);
}

function invertedResidual(
  network: Network,
  input: tf.SymbolicTensor,
  { name, filters, stride, expansion }: { name: string; filters: number; stride: number; expansion: number },
): tf.SymbolicTensor {
  const inputFilters = input.shape.at(-1)!;
  let x = input;
  if (expansion !== 1) {
    x = network.convolution(x, `${name}_expand`, { filters: expansion * inputFilters, kernel: 1 });
    x = network.batchNormalization(x, `${name}_expand_BN`, NORMALIZATION);
    x = network.activation(x, `${name}_expand_relu`, 'relu6');
  }
  if (stride === 2) x = network.stridePadding(x, `${name}_pad`, 3);
  x = network.depthwise(x, `${name}_depthwise`, { kernel: 3, stride, padding: stride === 2 ? 'valid' : 'same' });
  x = network.batchNormalization(x, `${name}_depthwise_BN`, NORMALIZATION);
  x = network.activation(x, `${name}_depthwise_relu`, 'relu6');
  x = network.convolution(x, `${name}_project`, { filters, kernel: 1 });
  x = network.batchNormalization(x, `${name}_project_BN`, NORMALIZATION);
  if (stride !== 1 || inputFilters !== filters) return x;
  return network.sum(`${name}_add`, [input, x]);
}

/** As PyTorch's libraries build it: blocks of one stage after the other, none of stride 2 but the first. */
const torchDesign: TorchMobileNet = {
  stem: { filters: 32, activation: 'relu6' },
  stages: torchStages(),
  head: 1280,
  gate: { activation: 'relu', hard: false },
  epsilon: 1e-5,
};

function torchStages(): TorchBlock[][] {
  const stages: TorchBlock[][] = [];
  let inputs = 32;
  BLOCKS.forEach(([filters, stride, expansion], index) => {
    const isNew = BLOCKS[index - 1]?.[0] !== filters;
    if (isNew) stages.push([]);
    const block = { expanded: inputs * expansion, filters, kernel: 3, stride, squeeze: 0 };
    stages.at(-1)!.push({ ...block, activation: 'relu6' });
    inputs = filters;
  });
  return stages;
}

/** Keras's source has no hashes for these files: the first file that fits is noted with its SHA-256. */
export const mobileNetV2 = {
  name: 'MobileNetV2',
  convolutions: 'depthwise',
  members: [
    {
      entry: {
        name: 'mobilenet-v2' as const,
        title: 'MobileNetV2',
        parameters: 3_538_984,
        features: 1280,
        published: { top1: 0.713, top5: 0.901, source: 'Keras, table of its applications' },
        preprocessing: { ...MOBILE_NET_INPUT, ...TF_MODE },
        weights: mobileNetFiles(
          'mobilenet_v2',
          { file: 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5' },
          { file: 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5' },
        ),
        paper: 'Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks',
      },
      build: (options) => build(1, options),
      torch: [
        {
          architectures: ['mobilenetv2_100', 'mobilenet_v2'],
          build: (options) => buildTorchMobileNet('mobilenet_v2', torchDesign, options),
          names: [(layer) => layer, torchvisionNames(torchDesign, 'mobilenet_v2')],
          preprocessing: torchInput(),
        },
      ],
    },
  ],
} satisfies BackboneFamily;
