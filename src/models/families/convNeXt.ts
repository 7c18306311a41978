import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { torchvisionFile } from './shared/torchFiles';
import { torchInput } from './shared/torchInput';
import { torchConvolution, torchDepthwise } from './shared/torchLayers';

interface Design {
  /** blocks and channels of the four stages */
  depths: readonly number[];
  widths: readonly number[];
}

const DESIGNS = {
  tiny: { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] },
  small: { depths: [3, 3, 27, 3], widths: [96, 192, 384, 768] },
  base: { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024] },
} satisfies Record<string, Design>;

type Size = keyof typeof DESIGNS;

/** ConvNeXt (Liu et al. 2022) as timm builds it, with its names. The features are those after its last normalization. */
function build(size: Size, options: Required<ArchitectureOptions>): Architecture {
  const { depths, widths } = DESIGNS[size];
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
      x = block(network, x, `stages.${stage}.blocks.${index}`);
    }
  });
  x = network.averagePool(x, 'head.global_pool');
  x = layerNormalization(network, x, 'head.norm');
  network.endBlocks();
  if (options.includeTop) x = network.dense(x, 'head.fc', 1000);
  return network.finish(x, `convnext_${size}`);
}

function block(network: Network, input: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const channels = input.shape.at(-1)!;
  let x = torchDepthwise(network, input, `${name}.conv_dw`, { kernel: 7, bias: true });
  x = layerNormalization(network, x, `${name}.norm`);
  x = torchConvolution(network, x, `${name}.mlp.fc1`, { filters: 4 * channels, kernel: 1, bias: true });
  x = network.add(tf.layers.activation({ name: `${name}.mlp.act`, activation: 'gelu' as 'relu' }), x);
  x = torchConvolution(network, x, `${name}.mlp.fc2`, { filters: channels, kernel: 1, bias: true });
  // the scale of each channel (LayerScale, Touvron et al. 2021) is a depthwise convolution of one pixel
  x = network.depthwise(x, `${name}.gamma`, { kernel: 1 });
  return network.sum(`${name}.add`, [x, input]);
}

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

const member = <Name extends Size>(
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

/** ConvNeXt tiny, small and base. */
export const convNeXt = {
  name: 'ConvNeXt',
  convolutions: 'depthwise',
  members: [
    member('tiny', 28_589_128, [0.825, 0.961], ['convnext_tiny-983f1562.pth', 236]),
    member('small', 50_223_688, [0.836, 0.967], ['convnext_small-0c510722.pth', 230]),
    member('base', 88_591_464, [0.841, 0.969], ['convnext_base-6075fbad.pth', 232]),
  ],
} satisfies BackboneFamily;
