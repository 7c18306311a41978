import type { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { torchInput } from '../torchInput';
import { squeezeExcite } from './shared/squeezeExcite';
import { torchvisionFile } from './shared/torchFiles';
import { torchConvNorm } from './shared/torchLayers';

/** Blocks and channels of the four stages, and channels of a group of the 3 x 3 convolutions (Radosavovic et al. 2020, table 4). */
const DESIGNS = {
  '400mf': { depths: [1, 3, 6, 6], widths: [48, 104, 208, 440], group: 8 },
  '800mf': { depths: [1, 3, 8, 2], widths: [64, 144, 320, 784], group: 16 },
  '1.6gf': { depths: [2, 6, 17, 2], widths: [48, 120, 336, 888], group: 24 },
  '3.2gf': { depths: [2, 5, 13, 1], widths: [72, 216, 576, 1512], group: 24 },
  '8gf': { depths: [2, 4, 10, 1], widths: [224, 448, 896, 2016], group: 56 },
} as const;

type Size = keyof typeof DESIGNS;

const STEM = 32;

/** RegNetY as timm builds it, with its names. */
function build(size: Size, options: Required<ArchitectureOptions>): Architecture {
  const { depths, widths, group } = DESIGNS[size];
  const network = new Network(options);
  network.block('stem');
  let x = torchConvNorm(network, network.input, ['stem.conv', 'stem.bn'], {
    ...{ filters: STEM, kernel: 3, stride: 2, activation: 'relu' },
  });
  depths.forEach((depth, stage) => {
    for (let index = 1; index <= depth; index++) {
      const name = `s${stage + 1}.b${index}`;
      network.block(name);
      x = block(network, x, { name, filters: widths[stage]!, group, stride: index === 1 ? 2 : 1 });
    }
  });
  network.endBlocks();
  x = network.averagePool(x, 'head.global_pool');
  if (options.includeTop) x = network.dense(x, 'head.fc', 1000);
  return network.finish(x, `regnet_y_${size}`);
}

interface Step {
  name: string;
  filters: number;
  group: number;
  stride: number;
}

/** A bottleneck that is as wide inside as outside, with squeeze-and-excitation in the middle. */
function block(network: Network, input: tf.SymbolicTensor, { name, filters, group, stride }: Step): tf.SymbolicTensor {
  const inputs = input.shape.at(-1)!;
  const step = (x: tf.SymbolicTensor, part: string, options: Parameters<typeof torchConvNorm>[3]) =>
    torchConvNorm(network, x, [`${name}.${part}.conv`, `${name}.${part}.bn`], options);
  let x = step(input, 'conv1', { filters, kernel: 1, activation: 'relu' });
  x = step(x, 'conv2', { filters, kernel: 3, stride, groups: filters / group, activation: 'relu' });
  x = squeezeExcite(
    network,
    x,
    ['pool', 'fc1', 'fc2'].map((part) => `${name}.se.${part}`),
    {
      ...{ reduced: Math.round(inputs / 4), activation: 'relu', hard: false },
    },
  );
  x = step(x, 'conv3', { filters, kernel: 1 });
  const shortcut =
    stride === 1 && inputs === filters ? input : step(input, 'downsample', { filters, kernel: 1, stride });
  return network.activation(network.sum(`${name}.add`, [x, shortcut]), `${name}.act`, 'relu');
}

const PARTS: Record<string, string> = { conv1: 'f.a', conv2: 'f.b', conv3: 'f.c', downsample: 'proj' };

/** torchvision's names for timm's. */
function torchvisionNames(layer: string): string {
  const whole = { 'stem.conv': 'stem.0', 'stem.bn': 'stem.1', 'head.fc': 'fc' }[layer];
  const [, stage, index, part, inner] = /^s(\d)\.b(\d+)\.(\w+)\.(\w+)$/.exec(layer) ?? [];
  if (whole || !part) return whole ?? layer;
  const place = `trunk_output.block${stage}.block${stage}-${Number(index) - 1}`;
  return part === 'se' ? `${place}.f.se.${inner}` : `${place}.${PARTS[part]}.${inner === 'conv' ? 0 : 1}`;
}

/** birder's names, whose network is torchvision's. */
function birderNames(layer: string): string {
  return torchvisionNames(layer)
    .replace(/^trunk_output\.block(\d)\.block\d-(\d+)\./, 'body.stage$1.block.$2.')
    .replace(/\.f\.a\./, '.f.block.0.')
    .replace(/\.f\.b\./, '.f.block.1.')
    .replace(/\.f\.se\./, '.f.block.2.')
    .replace(/\.f\.c\./, '.f.block.3.')
    .replace(/^fc$/, 'classifier');
}

const member = <Name extends Size>(
  size: Name,
  parameters: number,
  [top1, top5]: [number, number],
  [file, timm]: [string, string],
): FamilyMember<`regnet-y-${Name}`> => {
  const torchvision = `regnet_y_${size.replace('.', '_')}`;
  const preprocessing = torchInput(224, 224 / 232);
  return {
    entry: {
      name: `regnet-y-${size}`,
      title: `RegNetY-${size.toUpperCase()}`,
      parameters,
      features: DESIGNS[size].widths[3],
      published: { top1, top5, source: 'torchvision, table of its weights' },
      preprocessing,
      weights: torchvisionFile(`${torchvision}-${file}.pth`),
      paper: 'Radosavovic et al. 2020, Designing Network Design Spaces',
    },
    build: (options) => build(size, options),
    torch: [{ architectures: [torchvision, timm], names: [(layer) => layer, torchvisionNames, birderNames] }],
  };
};

/** RegNetY, 0.4 to 8 billion multiply-adds, with torchvision's second edition of weights. */
export const regNet = {
  name: 'RegNetY',
  convolutions: 'dense',
  members: [
    member('400mf', 4_371_296, [0.758, 0.927], ['e6988f5f', 'regnety_004']),
    member('800mf', 6_462_944, [0.788, 0.945], ['58fc7688', 'regnety_008_tv']),
    member('1.6gf', 11_255_102, [0.809, 0.954], ['0d7bc02a', 'regnety_016']),
    member('3.2gf', 19_502_498, [0.82, 0.96], ['9180c971', 'regnety_032']),
    member('8gf', 39_468_000, [0.828, 0.963], ['dc2b1b54', 'regnety_080_tv']),
  ],
} satisfies BackboneFamily;
