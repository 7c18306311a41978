import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { customLayers } from '../layers';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { torchInput } from '../torchInput';
import { timmFile, torchvisionFile } from './shared/torchFiles';
import { torchConvolution, torchDepthwise } from './shared/torchLayers';

interface Design {
  /** blocks and channels of the four stages */
  depths: readonly number[];
  widths: readonly number[];
  /** whether blocks have global response normalization (V2), and not a scale of each channel. Default: no */
  v2?: boolean;
}

const DESIGNS = {
  tiny: { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] },
  small: { depths: [3, 3, 27, 3], widths: [96, 192, 384, 768] },
  base: { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024] },
  v2_atto: { depths: [2, 2, 6, 2], widths: [40, 80, 160, 320], v2: true },
  v2_femto: { depths: [2, 2, 6, 2], widths: [48, 96, 192, 384], v2: true },
  v2_pico: { depths: [2, 2, 6, 2], widths: [64, 128, 256, 512], v2: true },
  v2_nano: { depths: [2, 2, 8, 2], widths: [80, 160, 320, 640], v2: true },
  v2_tiny: { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768], v2: true },
  v2_base: { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024], v2: true },
} satisfies Record<string, Design>;

type Size = keyof typeof DESIGNS;

/**
 * ConvNeXt (Liu et al. 2022), and V2 (Woo et al. 2023), as timm builds it, with its names. The features are those after its last
 * normalization.
 */
function build(size: Size, options: Required<ArchitectureOptions>): Architecture {
  const { depths, widths, v2 = false }: Design = DESIGNS[size];
  const network = new Network(options);
  network.block('stem');
  let x = torchConvolution(network, network.input, 'stem.0', {
    ...{ filters: widths[0]!, kernel: 4, stride: 4, bias: true, padding: 0 },
  });
  x = layerNormalization(network, x, 'stem.1');
  depths.forEach((depth, stage) => {
    for (let index = 0; index < depth; index++) {
      network.block(`stages.${stage}.blocks.${index}`);
      if (index === 0 && stage > 0) {
        x = layerNormalization(network, x, `stages.${stage}.downsample.0`);
        x = torchConvolution(network, x, `stages.${stage}.downsample.1`, {
          ...{ filters: widths[stage]!, kernel: 2, stride: 2, bias: true, padding: 0 },
        });
      }
      x = block(network, x, `stages.${stage}.blocks.${index}`, v2);
    }
  });
  x = network.averagePool(x, 'head.global_pool');
  x = layerNormalization(network, x, 'head.norm');
  network.endBlocks();
  if (options.includeTop) x = network.dense(x, 'head.fc', 1000);
  return network.finish(x, nameOf(size));
}

function block(network: Network, input: tf.SymbolicTensor, name: string, v2: boolean): tf.SymbolicTensor {
  const channels = input.shape.at(-1)!;
  let x = torchDepthwise(network, input, `${name}.conv_dw`, { kernel: 7, bias: true });
  x = layerNormalization(network, x, `${name}.norm`);
  x = torchConvolution(network, x, `${name}.mlp.fc1`, { filters: 4 * channels, kernel: 1, bias: true });
  x = network.add(tf.layers.activation({ name: `${name}.mlp.act`, activation: 'gelu' as 'relu' }), x);
  if (v2) x = network.add(new customLayers.GlobalResponseNormalization({ name: `${name}.mlp.grn` }), x);
  x = torchConvolution(network, x, `${name}.mlp.fc2`, { filters: channels, kernel: 1, bias: true });
  // the scale of each channel (LayerScale, Touvron et al. 2021) is a depthwise convolution of one pixel
  if (!v2) x = network.depthwise(x, `${name}.gamma`, { kernel: 1 });
  return network.sum(`${name}.add`, [x, input]);
}

const nameOf = (size: Size) => `convnext${size.startsWith('v2') ? '' : '_'}${size}`;

const layerNormalization = (network: Network, x: tf.SymbolicTensor, name: string): tf.SymbolicTensor =>
  network.add(tf.layers.layerNormalization({ name, epsilon: 1e-6 }), x);

/** timm's names; an equals sign stands before a tensor that is no part of a module of its own. */
const timmNames = (layer: string): string => (layer.endsWith('.gamma') ? `=${layer}` : layer);

const TORCHVISION: Record<string, string> = {
  conv_dw: 'block.0',
  norm: 'block.2',
  'mlp.fc1': 'block.3',
  'mlp.fc2': 'block.5',
};

function torchvisionNames(layer: string): string {
  const whole = { 'head.norm': 'classifier.0', 'head.fc': 'classifier.2' }[layer];
  if (whole) return whole;
  const [, stage, index, part] = /^stages\.(\d)\.blocks\.(\d+)\.(.+)$/.exec(layer) ?? [];
  if (part === undefined) {
    return layer
      .replace(/^stem/, 'features.0')
      .replace(/^stages\.(\d)\.downsample/, (_, s) => `features.${2 * Number(s)}`);
  }
  const place = `features.${2 * Number(stage) + 1}.${index}`;
  return part === 'gamma' ? `=${place}.layer_scale` : `${place}.${TORCHVISION[part]}`;
}

const AUTHORS: Record<string, string> = { conv_dw: 'dwconv', norm: 'norm', 'mlp.fc1': 'pwconv1', 'mlp.fc2': 'pwconv2' };

/** The names of the authors' own files. */
function authorsNames(layer: string): string {
  const whole = { 'head.norm': 'norm', 'head.fc': 'head' }[layer];
  if (whole) return whole;
  const [, stage, index, part] = /^stages\.(\d)\.blocks\.(\d+)\.(.+)$/.exec(layer) ?? [];
  if (part === undefined) {
    return layer.replace(/^stem/, 'downsample_layers.0').replace(/^stages\.(\d)\.downsample/, 'downsample_layers.$1');
  }
  const place = `stages.${stage}.${index}`;
  return part === 'gamma' ? `=${place}.gamma` : `${place}.${AUTHORS[part]}`;
}

const member = <Name extends 'tiny' | 'small' | 'base'>(
  size: Name,
  parameters: number,
  [top1, top5]: [number, number],
  [file, resize]: [string, number],
): FamilyMember<`convnext-${Name}`> => ({
  entry: {
    name: `convnext-${size}`,
    title: `ConvNeXt ${size}`,
    parameters,
    features: DESIGNS[size].widths.at(-1)!,
    published: { top1, top5, source: 'torchvision, table of its weights' },
    preprocessing: torchInput(224, 224 / resize),
    weights: torchvisionFile(file),
    paper: 'Liu et al. 2022, A ConvNet for the 2020s',
  },
  build: (options) => build(size, options),
  torch: [{ architectures: [`convnext_${size}`], names: [timmNames, torchvisionNames, authorsNames] }],
});

const v2Member = <Name extends 'atto' | 'femto' | 'pico' | 'nano' | 'tiny' | 'base'>(
  size: Name,
  parameters: number,
  top1: number,
  weights: string,
): FamilyMember<`convnext-v2-${Name}`> => {
  const design = `v2_${size}` as const;
  return {
    entry: {
      name: `convnext-v2-${size}`,
      title: `ConvNeXt V2 ${size}`,
      parameters,
      features: DESIGNS[design].widths.at(-1)!,
      published: { top1, source: 'the authors, table of ConvNeXt V2' },
      preprocessing: torchInput(224, 0.875, 'bicubic'),
      // the authors' licence forbids commercial use
      weights: timmFile(`convnextv2_${size}.${weights}`, 'CC-BY-NC-4.0'),
      paper: 'Woo et al. 2023, ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders',
    },
    build: (options) => build(design, options),
    torch: [{ architectures: [`convnextv2_${size}`], names: [timmNames] }],
  };
};

/** ConvNeXt tiny, small and base; and V2. */
export const convNeXt = {
  name: 'ConvNeXt',
  convolutions: 'depthwise',
  members: [
    member('tiny', 28_589_128, [0.825, 0.961], ['convnext_tiny-983f1562.pth', 236]),
    member('small', 50_223_688, [0.836, 0.967], ['convnext_small-0c510722.pth', 230]),
    member('base', 88_591_464, [0.841, 0.969], ['convnext_base-6075fbad.pth', 232]),
    v2Member('atto', 3_708_400, 0.767, 'fcmae_ft_in1k'),
    v2Member('femto', 5_233_240, 0.785, 'fcmae_ft_in1k'),
    v2Member('pico', 9_066_280, 0.803, 'fcmae_ft_in1k'),
    v2Member('nano', 15_623_800, 0.821, 'fcmae_ft_in22k_in1k'),
    v2Member('tiny', 28_635_496, 0.839, 'fcmae_ft_in22k_in1k'),
    v2Member('base', 88_717_800, 0.868, 'fcmae_ft_in22k_in1k'),
  ],
} satisfies BackboneFamily;
