import type { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from '../network';
import { torchInput } from '../torchInput';
import { timmFile } from './shared/torchFiles';
import { TORCH_NORMALIZATION, torchConvNorm, torchDepthwise } from './shared/torchLayers';

/** Convolution, normalization, ReLU. */
interface Convolution {
  kind: 'convolution';
  filters: number;
  kernel: number;
  stride: number;
}

/** Expansion by a convolution, and projection (EfficientNet-EdgeTPU, Gupta and Akin 2020). */
interface Fused {
  kind: 'fused';
  filters: number;
  kernel: number;
  stride: number;
  expansion: number;
}

/**
 * Universal inverted bottleneck: expansion and projection, with depthwise convolutions before and between, of which either may be left out
 * (kernel 0).
 */
interface Universal {
  kind: 'universal';
  filters: number;
  before: number;
  between: number;
  stride: number;
  expansion: number;
}

type Block = Convolution | Fused | Universal;

const convolution = (filters: number, kernel: number, stride: number): Block => ({
  ...{ kind: 'convolution', filters, kernel, stride },
});
const universal = (filters: number, before: number, between: number, stride: number, expansion: number): Block => ({
  ...{ kind: 'universal', filters, before, between, stride, expansion },
});

/** Qin et al. 2024, tables 11 and 12. */
const SIZES = {
  small: [
    [convolution(32, 3, 2), convolution(32, 1, 1)],
    [convolution(96, 3, 2), convolution(64, 1, 1)],
    [universal(96, 5, 5, 2, 3), ...new Array<Block>(4).fill(universal(96, 0, 3, 1, 2)), universal(96, 3, 0, 1, 4)],
    [
      universal(128, 3, 3, 2, 6),
      universal(128, 5, 5, 1, 4),
      universal(128, 0, 5, 1, 4),
      universal(128, 0, 5, 1, 3),
      universal(128, 0, 3, 1, 4),
      universal(128, 0, 3, 1, 4),
    ],
    [convolution(960, 1, 1)],
  ],
  medium: [
    [{ kind: 'fused', filters: 48, kernel: 3, stride: 2, expansion: 4 }],
    [universal(80, 3, 5, 2, 4), universal(80, 3, 3, 1, 2)],
    [
      universal(160, 3, 5, 2, 6),
      universal(160, 3, 3, 1, 4),
      universal(160, 3, 3, 1, 4),
      universal(160, 3, 5, 1, 4),
      universal(160, 3, 3, 1, 4),
      universal(160, 3, 0, 1, 4),
      universal(160, 0, 0, 1, 2),
      universal(160, 3, 0, 1, 4),
    ],
    [
      universal(256, 5, 5, 2, 6),
      universal(256, 5, 5, 1, 4),
      universal(256, 3, 5, 1, 4),
      universal(256, 3, 5, 1, 4),
      universal(256, 0, 0, 1, 4),
      universal(256, 3, 0, 1, 4),
      universal(256, 3, 5, 1, 2),
      universal(256, 5, 5, 1, 4),
      universal(256, 0, 0, 1, 4),
      universal(256, 0, 0, 1, 4),
      universal(256, 5, 0, 1, 2),
    ],
    [convolution(960, 1, 1)],
  ],
} satisfies Record<string, Block[][]>;

type Size = keyof typeof SIZES;

const STEM = 32;
const HIDDEN = 1280;

/** MobileNetV4 without attention as timm builds it, with its names. The features are those before its hidden layer. */
function build(size: Size, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  network.block('stem');
  let x = torchConvNorm(network, network.input, ['conv_stem', 'bn1'], {
    ...{ filters: STEM, kernel: 3, stride: 2, activation: 'relu' },
  });
  SIZES[size].forEach((blocks: Block[], stage) => {
    blocks.forEach((block, index) => {
      const name = `blocks.${stage}.${index}`;
      network.block(name);
      x = addBlock(network, x, name, block);
    });
  });
  network.endBlocks();
  x = network.averagePool(x, 'global_pool');
  if (options.includeTop) {
    x = network.reshape(x, 'global_pool.reshape', [1, 1, x.shape.at(-1)!]);
    x = torchConvNorm(network, x, ['conv_head', 'norm_head'], { filters: HIDDEN, kernel: 1, activation: 'relu' });
    x = network.dense(network.reshape(x, 'flatten', [HIDDEN]), 'classifier', 1000);
  }
  return network.finish(x, `mobilenetv4_conv_${size}`);
}

function addBlock(network: Network, input: tf.SymbolicTensor, name: string, block: Block): tf.SymbolicTensor {
  const { kind, filters, stride } = block;
  if (kind === 'convolution') {
    const { kernel } = block;
    return torchConvNorm(network, input, [`${name}.conv`, `${name}.bn1`], {
      filters,
      kernel,
      stride,
      activation: 'relu',
    });
  }
  const inputs = input.shape.at(-1)!;
  const expanded = roundFilters(inputs * block.expansion);
  let x: tf.SymbolicTensor;
  if (kind === 'fused') {
    const { kernel } = block;
    x = torchConvNorm(network, input, [`${name}.conv_exp`, `${name}.bn1`], {
      ...{ filters: expanded, kernel, stride, activation: 'relu' },
    });
    x = torchConvNorm(network, x, [`${name}.conv_pwl`, `${name}.bn2`], { filters, kernel: 1 });
  } else {
    const { before, between } = block;
    x = before > 0 ? depthwise(network, input, `${name}.dw_start`, before, between > 0 ? 1 : stride) : input;
    x = torchConvNorm(network, x, [`${name}.pw_exp.conv`, `${name}.pw_exp.bn`], {
      ...{ filters: expanded, kernel: 1, activation: 'relu' },
    });
    if (between > 0) {
      x = depthwise(network, x, `${name}.dw_mid`, between, stride);
      x = network.activation(x, `${name}.dw_mid.act`, 'relu');
    }
    x = torchConvNorm(network, x, [`${name}.pw_proj.conv`, `${name}.pw_proj.bn`], { filters, kernel: 1 });
  }
  return stride === 1 && inputs === filters ? network.sum(`${name}.add`, [x, input]) : x;
}

function depthwise(network: Network, x: tf.SymbolicTensor, name: string, kernel: number, stride: number) {
  const y = torchDepthwise(network, x, `${name}.conv`, { kernel, stride });
  return network.batchNormalization(y, `${name}.bn`, TORCH_NORMALIZATION);
}

const member = <Name extends Size>(
  size: Name,
  parameters: number,
  [top1, top5]: [number, number],
  { weights, inputSize, crop }: { weights: string; inputSize: number; crop: number },
): FamilyMember<`mobilenet-v4-${Name}`> => ({
  entry: {
    name: `mobilenet-v4-${size}`,
    title: `MobileNetV4 ${size}`,
    parameters,
    features: 960,
    published: { top1, top5, source: "timm, the model's card" },
    preprocessing: torchInput(inputSize, crop, 'bicubic'),
    weights: timmFile(`mobilenetv4_conv_${size}.${weights}`),
    paper: 'Qin et al. 2024, MobileNetV4: Universal Models for the Mobile Ecosystem',
  },
  build: (options) => build(size, options),
  torch: [{ architectures: [`mobilenetv4_conv_${size}`] }],
});

/** MobileNetV4 of convolutions, with the weights that timm trained. */
export const mobileNetV4 = {
  name: 'MobileNetV4',
  convolutions: 'depthwise',
  members: [
    member('small', 3_799_112, [0.738, 0.914], { weights: 'e2400_r224_in1k', inputSize: 224, crop: 0.875 }),
    member('medium', 9_783_416, [0.799, 0.952], { weights: 'e500_r256_in1k', inputSize: 256, crop: 0.95 }),
  ],
} satisfies BackboneFamily;
