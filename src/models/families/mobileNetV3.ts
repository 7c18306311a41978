import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember, TorchNetwork } from '../backboneFamily';
import { customLayers } from '../layers';
import { type Activation, type Architecture, type ArchitectureOptions, Network, roundFilters } from '../network';
import { IN_MODEL } from '../pixelValues';
import { torchInput } from '../torchInput';
import type { TorchNames } from '../weights/matchTorch';
import { MOBILE_NET_INPUT, mobileNetFiles } from './shared/kerasMobileNet';
import {
  buildTorchMobileNet,
  type TorchBlock,
  type TorchMobileNet,
  torchvisionNames,
} from './shared/torchInvertedResidual';

type Size = 'small' | 'large';

interface Bottleneck {
  expansion: number;
  filters: number;
  kernel: number;
  stride: number;
  squeeze: boolean;
  activation: Activation;
}

const row = (
  expansion: number,
  filters: number,
  kernel: number,
  stride: number,
  squeeze: boolean,
  activation: Activation,
): Bottleneck => ({ expansion, filters, kernel, stride, squeeze, activation });

/** The paper's tables 1 (large) and 2 (small), with the expansions as Keras writes them. */
const SIZES: Record<Size, { rows: Bottleneck[]; head: number }> = {
  small: {
    head: 1024,
    rows: [
      row(1, 16, 3, 2, true, 'relu'),
      row(72 / 16, 24, 3, 2, false, 'relu'),
      row(88 / 24, 24, 3, 1, false, 'relu'),
      row(4, 40, 5, 2, true, 'hardSwish'),
      row(6, 40, 5, 1, true, 'hardSwish'),
      row(6, 40, 5, 1, true, 'hardSwish'),
      row(3, 48, 5, 1, true, 'hardSwish'),
      row(3, 48, 5, 1, true, 'hardSwish'),
      row(6, 96, 5, 2, true, 'hardSwish'),
      row(6, 96, 5, 1, true, 'hardSwish'),
      row(6, 96, 5, 1, true, 'hardSwish'),
    ],
  },
  large: {
    head: 1280,
    rows: [
      row(1, 16, 3, 1, false, 'relu'),
      row(4, 24, 3, 2, false, 'relu'),
      row(3, 24, 3, 1, false, 'relu'),
      row(3, 40, 5, 2, true, 'relu'),
      row(3, 40, 5, 1, true, 'relu'),
      row(3, 40, 5, 1, true, 'relu'),
      row(6, 80, 3, 2, false, 'hardSwish'),
      row(2.5, 80, 3, 1, false, 'hardSwish'),
      row(2.3, 80, 3, 1, false, 'hardSwish'),
      row(2.3, 80, 3, 1, false, 'hardSwish'),
      row(6, 112, 3, 1, true, 'hardSwish'),
      row(6, 112, 3, 1, true, 'hardSwish'),
      row(6, 160, 5, 2, true, 'hardSwish'),
      row(6, 160, 5, 1, true, 'hardSwish'),
      row(6, 160, 5, 1, true, 'hardSwish'),
    ],
  },
};

const NORMALIZATION = { epsilon: 1e-3, momentum: 0.999 };

/** MobileNetV3 small and large (Howard et al. 2019, Searching for MobileNetV3), as in Keras: pixels of 0 to 255 in. */
function build(size: Size, options: Required<ArchitectureOptions>): Architecture {
  const { rows, head } = SIZES[size];
  const network = new Network(options);
  network.block('conv');
  let x = network.add(new customLayers.Rescaling({ name: 'rescaling', scale: 1 / 127.5, offset: -1 }), network.input);
  x = network.convolution(x, 'conv', { filters: 16, kernel: 3, stride: 2 });
  x = network.batchNormalization(x, 'conv_bn', NORMALIZATION);
  x = network.activation(x, 'conv_activation', 'hardSwish');
  rows.forEach((options, index) => {
    const name = index === 0 ? 'expanded_conv' : `expanded_conv_${index}`;
    network.block(name);
    x = bottleneck(network, x, name, options);
  });
  network.block('conv_1');
  x = network.convolution(x, 'conv_1', { filters: roundFilters(x.shape.at(-1)! * 6), kernel: 1 });
  x = network.batchNormalization(x, 'conv_1_bn', NORMALIZATION);
  x = network.activation(x, 'conv_1_activation', 'hardSwish');
  const features = x.shape.at(-1)!;
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) {
    x = network.reshape(x, 'reshape', [1, 1, features]);
    x = network.convolution(x, 'conv_2', { filters: head, kernel: 1, bias: true });
    x = network.activation(x, 'conv_2_activation', 'hardSwish');
    x = network.add(tf.layers.dropout({ name: 'dropout', rate: 0.2 }), x);
    x = network.convolution(x, 'logits', { filters: 1000, kernel: 1, bias: true });
    x = network.add(tf.layers.flatten({ name: 'flatten' }), x);
  }
  return network.finish(x, `mobilenet_v3_${size}`);
}

function bottleneck(network: Network, input: tf.SymbolicTensor, name: string, options: Bottleneck): tf.SymbolicTensor {
  const { expansion, filters, kernel, stride, squeeze, activation } = options;
  const inputFilters = input.shape.at(-1)!;
  const expanded = roundFilters(inputFilters * expansion);
  let x = input;
  // the first bottleneck of both sizes does not expand
  if (name !== 'expanded_conv') {
    x = network.convolution(x, `${name}_expand`, { filters: expanded, kernel: 1 });
    x = network.batchNormalization(x, `${name}_expand_bn`, NORMALIZATION);
    x = network.activation(x, `${name}_expand_activation`, activation);
  }
  if (stride === 2) x = network.stridePadding(x, `${name}_depthwise_pad`, kernel);
  x = network.depthwise(x, `${name}_depthwise`, { kernel, stride, padding: stride === 2 ? 'valid' : 'same' });
  x = network.batchNormalization(x, `${name}_depthwise_bn`, NORMALIZATION);
  x = network.activation(x, `${name}_depthwise_activation`, activation);
  if (squeeze) x = squeezeExcite(network, x, `${name}_squeeze_excite`);
  x = network.convolution(x, `${name}_project`, { filters, kernel: 1 });
  x = network.batchNormalization(x, `${name}_project_bn`, NORMALIZATION);
  if (stride !== 1 || inputFilters !== filters) return x;
  return network.sum(`${name}_add`, [input, x]);
}

/** Squeeze-and-excitation (Hu et al. 2018) with MobileNetV3's hard sigmoid. */
function squeezeExcite(network: Network, x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const channels = x.shape.at(-1)!;
  let gate = network.averagePool(x, `${name}_avg_pool`);
  gate = network.reshape(gate, `${name}_reshape`, [1, 1, channels]);
  gate = network.convolution(gate, `${name}_conv`, { filters: roundFilters(channels * 0.25), kernel: 1, bias: true });
  gate = network.activation(gate, `${name}_relu`, 'relu');
  gate = network.convolution(gate, `${name}_conv_1`, { filters: channels, kernel: 1, bias: true });
  gate = network.add(new customLayers.HardSigmoid({ name: `${name}_hard_sigmoid` }), gate);
  return network.product(`${name}_mul`, [x, gate]);
}

/** Blocks of each stage, as timm counts them. */
const STAGES: Record<Size, number[]> = { small: [1, 2, 3, 2, 3], large: [1, 2, 3, 4, 2, 3] };

/** As PyTorch's libraries build it; their epsilons differ. */
function torchDesign(size: Size, epsilon: number, same = false): TorchMobileNet {
  const { rows, head } = SIZES[size];
  let inputs = 16;
  const blocks = rows.map(({ expansion, filters, kernel, stride, squeeze, activation }): TorchBlock => {
    const expanded = roundFilters(inputs * expansion);
    inputs = filters;
    return { expanded, filters, kernel, stride, squeeze: squeeze ? roundFilters(expanded / 4) : 0, activation };
  });
  const stages = STAGES[size].map((count) => blocks.splice(0, count));
  const stem = { filters: 16, activation: 'hardSwish' } as const;
  return { stem, stages, head: inputs * 6, hidden: head, gate: { activation: 'relu', hard: true }, epsilon, same };
}

function torchNetworks(size: Size): TorchNetwork[] {
  const network = (architectures: string[], design: TorchMobileNet, names: TorchNames): TorchNetwork => ({
    architectures,
    build: (options) => buildTorchMobileNet(architectures[0]!, design, options),
    names: [names],
    preprocessing: torchInput(),
  });
  const torchvision = torchDesign(size, 1e-3);
  const timm = (layer: string) => layer;
  return [
    network([`mobilenetv3_${size}_100`], torchDesign(size, 1e-5), timm),
    network([`tf_mobilenetv3_${size}_100`], torchDesign(size, 1e-3, true), timm),
    network([`mobilenet_v3_${size}`], torchvision, torchvisionNames(torchvision, 'mobilenet_v3')),
  ];
}

const member = <Name extends Size>(
  size: Name,
  [parameters, features]: [number, number],
  top1: number,
  [top, noTop]: [string, string],
): FamilyMember<`mobilenet-v3-${Name}`> => ({
  entry: {
    name: `mobilenet-v3-${size}`,
    title: `MobileNetV3 ${size}`,
    parameters,
    features,
    published: { top1, source: "Keras's source, mobilenet_v3.py" },
    preprocessing: { ...MOBILE_NET_INPUT, ...IN_MODEL },
    weights: mobileNetFiles(
      'mobilenet_v3',
      { file: `weights_mobilenet_v3_${size}_224_1.0_float.h5`, md5: top },
      { file: `weights_mobilenet_v3_${size}_224_1.0_float_no_top_v2.h5`, md5: noTop },
    ),
    paper: 'Howard et al. 2019, Searching for MobileNetV3',
  },
  build: (options) => build(size, options),
  torch: torchNetworks(size),
});

export const mobileNetV3 = {
  name: 'MobileNetV3',
  convolutions: 'depthwise',
  members: [
    member('small', [2_554_968, 576], 0.681, ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836']),
    member('large', [5_507_432, 960], 0.756, ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389']),
  ],
} satisfies BackboneFamily;
