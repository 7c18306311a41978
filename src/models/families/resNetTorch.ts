import type { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember, TorchNetwork } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { torchInput } from '../torchInput';
import type { TorchNames } from '../weights/matchTorch';
import { torchvisionFile } from './shared/torchFiles';
import { torchConvNorm, torchMaxPool } from './shared/torchLayers';

interface Design {
  /** blocks of each stage */
  repeats: readonly number[];
  /** two convolutions of 3 x 3 in each block, or a bottleneck of three with 4 times as many filters at its end */
  block: 'basic' | 'bottleneck';
  /** groups of the 3 x 3 convolutions (ResNeXt). Default: 1 */
  groups?: number;
  /** filters of the 3 x 3 convolutions in the first stage. Default: 64 */
  width?: number;
}

const DESIGNS = {
  resnet18: { repeats: [2, 2, 2, 2], block: 'basic' },
  resnet34: { repeats: [3, 4, 6, 3], block: 'basic' },
  resnet50: { repeats: [3, 4, 6, 3], block: 'bottleneck' },
  resnet101: { repeats: [3, 4, 23, 3], block: 'bottleneck' },
  resnet152: { repeats: [3, 8, 36, 3], block: 'bottleneck' },
  wide_resnet50_2: { repeats: [3, 4, 6, 3], block: 'bottleneck', width: 128 },
  resnext50_32x4d: { repeats: [3, 4, 6, 3], block: 'bottleneck', width: 128, groups: 32 },
} satisfies Record<string, Design>;

type DesignName = keyof typeof DESIGNS;

/**
 * ResNet as torchvision and timm build it, with their names: version 1.5, which puts the stride of a bottleneck into its 3 x 3
 * convolution (Goyal et al. 2017), symmetric padding, and no biases before normalization.
 */
export function buildResNet(name: string, design: Design, options: Required<ArchitectureOptions>): Architecture {
  const { repeats, block, groups = 1, width = 64 } = design;
  const network = new Network(options);
  network.block('conv1');
  let x = torchConvNorm(network, network.input, ['conv1', 'bn1'], {
    filters: 64,
    kernel: 7,
    stride: 2,
    activation: 'relu',
  });
  x = torchMaxPool(network, x, 'maxpool');
  repeats.forEach((count, stage) => {
    for (let index = 0; index < count; index++) {
      const name = `layer${stage + 1}.${index}`;
      network.block(name);
      const stride = index === 0 && stage > 0 ? 2 : 1;
      const filters = 64 * 2 ** stage;
      const step = {
        name,
        stride,
        groups,
        inner: width * 2 ** stage,
        filters: block === 'basic' ? filters : 4 * filters,
      };
      x = block === 'basic' ? basic(network, x, step) : bottleneck(network, x, step);
    }
  });
  network.endBlocks();
  x = network.averagePool(x, 'global_pool');
  if (options.includeTop) x = network.dense(x, 'fc', 1000);
  return network.finish(x, name);
}

interface Step {
  name: string;
  stride: number;
  groups: number;
  inner: number;
  filters: number;
}

function shortcut(network: Network, x: tf.SymbolicTensor, { name, stride, filters }: Step): tf.SymbolicTensor {
  if (stride === 1 && x.shape.at(-1) === filters) return x;
  return torchConvNorm(network, x, [`${name}.downsample.0`, `${name}.downsample.1`], { filters, kernel: 1, stride });
}

function basic(network: Network, input: tf.SymbolicTensor, step: Step): tf.SymbolicTensor {
  const { name, stride, filters } = step;
  let x = torchConvNorm(network, input, [`${name}.conv1`, `${name}.bn1`], {
    ...{ filters, kernel: 3, stride, activation: 'relu' },
  });
  x = torchConvNorm(network, x, [`${name}.conv2`, `${name}.bn2`], { filters, kernel: 3 });
  return network.activation(network.sum(`${name}.add`, [x, shortcut(network, input, step)]), `${name}.act`, 'relu');
}

function bottleneck(network: Network, input: tf.SymbolicTensor, step: Step): tf.SymbolicTensor {
  const { name, stride, groups, inner, filters } = step;
  let x = torchConvNorm(network, input, [`${name}.conv1`, `${name}.bn1`], {
    ...{ filters: inner, kernel: 1, activation: 'relu' },
  });
  x = torchConvNorm(network, x, [`${name}.conv2`, `${name}.bn2`], {
    ...{ filters: inner, kernel: 3, stride, groups, activation: 'relu' },
  });
  x = torchConvNorm(network, x, [`${name}.conv3`, `${name}.bn3`], { filters, kernel: 1 });
  return network.activation(network.sum(`${name}.add`, [x, shortcut(network, input, step)]), `${name}.act`, 'relu');
}

/** The names in a Sequential of torchvision's layers, as in extractors of features and in fastai. */
const sequentialNames: TorchNames = (layer) =>
  layer
    .replace(/^conv1$/, '0')
    .replace(/^bn1$/, '1')
    .replace(/^layer(\d)/, (_, stage) => `${Number(stage) + 3}`);

/** The names of Hugging Face's transformers. */
const transformersNames: TorchNames = (layer) => {
  const kind = /(?:bn\d|downsample\.1)$/.test(layer) ? 'normalization' : 'convolution';
  const [, stage, index, part, number] = /^layer(\d)\.(\d+)\.(conv|bn|downsample\.)(\d)$/.exec(layer) ?? [];
  if (stage === undefined) return layer === 'fc' ? 'classifier.1' : `resnet.embedder.embedder.${kind}`;
  const place = part === 'downsample.' ? 'shortcut' : `layer.${Number(number) - 1}`;
  return `resnet.encoder.stages.${Number(stage) - 1}.layers.${index}.${place}.${kind}`;
};

const NAMES: readonly TorchNames[] = [
  (layer) => layer,
  sequentialNames,
  transformersNames,
  (layer) => transformersNames(layer).replace('resnet.', ''), // without a classifier
];

/** The network of PyTorch's libraries for a member of another file, which has Keras's. */
export const torchResNet = (name: DesignName): TorchNetwork => ({
  architectures: [name, `tv_${name}`],
  build: (options) => buildResNet(name, DESIGNS[name], options),
  names: NAMES,
  preprocessing: torchInput(),
});

const PAPERS = {
  resnet: 'He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition',
  wide_resnet: 'Zagoruyko and Komodakis 2016, Wide Residual Networks',
  resnext: 'Xie et al. 2017, Aggregated Residual Transformations for Deep Neural Networks',
};

interface Facts {
  title: string;
  parameters: number;
  published: [top1: number, top5: number];
  /** torchvision's file, and the shorter side to which it resizes pictures before it cuts out 224 pixels */
  file: [name: string, resize: number];
}

const member = <Name extends string>(
  name: Name,
  design: DesignName,
  { title, parameters, published: [top1, top5], file: [file, resize] }: Facts,
): FamilyMember<Name> => {
  const build = (options: Required<ArchitectureOptions>) => buildResNet(name, DESIGNS[design], options);
  const preprocessing = torchInput(224, 224 / resize);
  const family = /^[a-z_]+?(?=_?\d)/.exec(design)![0] as keyof typeof PAPERS;
  return {
    entry: {
      name,
      title,
      parameters,
      features: DESIGNS[design].block === 'basic' ? 512 : 2048,
      published: { top1, top5, source: 'torchvision, table of its weights' },
      preprocessing,
      weights: torchvisionFile(file),
      paper: PAPERS[family],
    },
    build,
    torch: [{ architectures: [design], build, names: NAMES, preprocessing }],
  };
};

/** ResNet with torchvision's weights, the second edition of each (Vryniotis 2021) where there is one. */
export const resNetTorch = {
  name: 'ResNet of torchvision',
  convolutions: 'dense',
  members: [
    member('resnet18', 'resnet18', {
      ...{ title: 'ResNet-18', parameters: 11_699_112 },
      ...{ published: [0.698, 0.891], file: ['resnet18-f37072fd.pth', 256] },
    }),
    member('resnet34', 'resnet34', {
      ...{ title: 'ResNet-34', parameters: 21_814_696 },
      ...{ published: [0.733, 0.914], file: ['resnet34-b627a593.pth', 256] },
    }),
    member('resnet50-v1.5', 'resnet50', {
      ...{ title: 'ResNet-50 v1.5', parameters: 25_610_152 },
      ...{ published: [0.809, 0.954], file: ['resnet50-11ad3fa6.pth', 232] },
    }),
    member('resnet101-v1.5', 'resnet101', {
      ...{ title: 'ResNet-101 v1.5', parameters: 44_654_504 },
      ...{ published: [0.819, 0.958], file: ['resnet101-cd907fc2.pth', 232] },
    }),
    member('resnet152-v1.5', 'resnet152', {
      ...{ title: 'ResNet-152 v1.5', parameters: 60_344_232 },
      ...{ published: [0.823, 0.96], file: ['resnet152-f82ba261.pth', 232] },
    }),
    member('wide-resnet50-2', 'wide_resnet50_2', {
      ...{ title: 'Wide ResNet-50-2', parameters: 68_951_464 },
      ...{ published: [0.816, 0.958], file: ['wide_resnet50_2-9ba9bcbe.pth', 232] },
    }),
    member('resnext50-32x4d', 'resnext50_32x4d', {
      ...{ title: 'ResNeXt-50 (32x4d)', parameters: 25_097_128 },
      ...{ published: [0.812, 0.953], file: ['resnext50_32x4d-1a0047aa.pth', 232] },
    }),
  ],
} satisfies BackboneFamily;
