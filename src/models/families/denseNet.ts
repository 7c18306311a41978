import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember, TorchNetwork } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { torchInput } from '../torchInput';
import { torchvisionFile } from './shared/torchFiles';
import { TORCH_NORMALIZATION, torchConvNorm, torchConvolution, torchMaxPool } from './shared/torchLayers';

type Depth = 121 | 169 | 201;

/** Layers of the four dense blocks. */
const REPEATS = { 121: [6, 12, 24, 16], 169: [6, 12, 32, 32], 201: [6, 12, 48, 32] };
/** Channels that each layer adds, and how much wider its bottleneck is. */
const GROWTH = 32;
const BOTTLENECK = 4 * GROWTH;

/** DenseNet (Huang et al. 2017) as torchvision and timm build it, with their names. */
function build(depth: Depth, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  const normalized = (x: tf.SymbolicTensor, name: string) =>
    network.activation(network.batchNormalization(x, name, TORCH_NORMALIZATION), `${name}.act`, 'relu');
  network.block('conv0');
  const stem: [string, string] = ['features.conv0', 'features.norm0'];
  let x = torchConvNorm(network, network.input, stem, { filters: 64, kernel: 7, stride: 2, activation: 'relu' });
  x = torchMaxPool(network, x, 'features.pool0');
  REPEATS[depth].forEach((layers, stage) => {
    const block = `features.denseblock${stage + 1}`;
    network.block(`denseblock${stage + 1}`);
    for (let layer = 1; layer <= layers; layer++) {
      const name = `${block}.denselayer${layer}`;
      let y = normalized(x, `${name}.norm1`);
      y = torchConvolution(network, y, `${name}.conv1`, { filters: BOTTLENECK, kernel: 1 });
      y = normalized(y, `${name}.norm2`);
      y = torchConvolution(network, y, `${name}.conv2`, { filters: GROWTH, kernel: 3 });
      x = network.add(tf.layers.concatenate({ name: `${name}.concat` }), [x, y]);
    }
    if (stage === REPEATS[depth].length - 1) return;
    const transition = `features.transition${stage + 1}`;
    x = normalized(x, `${transition}.norm`);
    x = torchConvolution(network, x, `${transition}.conv`, { filters: x.shape.at(-1)! / 2, kernel: 1 });
    x = network.add(tf.layers.averagePooling2d({ name: `${transition}.pool`, poolSize: 2, strides: 2 }), x);
  });
  x = normalized(x, 'features.norm5');
  network.endBlocks();
  x = network.averagePool(x, 'global_pool');
  if (options.includeTop) x = network.dense(x, 'classifier', 1000);
  return network.finish(x, `densenet${depth}`);
}

/**
 * The same network with X-rays of the chest (Cohen et al. 2022, TorchXRayVision), one channel of -1024 to 1024. Its files have names such as
 * 'nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt' (Apache-2.0).
 */
const torchXRayVision: TorchNetwork = {
  architectures: ['densenet121-d121', 'densenet121-res224'],
  preprocessing: {
    ...{ inputSize: 224, crop: 1, interpolation: 'bilinear', channels: 1 },
    ...{ mean: [127.5], std: [127.5 / 1024] },
  },
};

const member = <Layers extends Depth>(
  depth: Layers,
  [parameters, features]: [number, number],
  [top1, top5]: [number, number],
  file: string,
): FamilyMember<`densenet${Layers}`> => ({
  entry: {
    name: `densenet${depth}`,
    title: `DenseNet-${depth}`,
    parameters,
    features,
    published: { top1, top5, source: 'torchvision, table of its weights' },
    preprocessing: torchInput(),
    weights: torchvisionFile(file),
    paper: 'Huang, Liu, van der Maaten and Weinberger 2017, Densely Connected Convolutional Networks',
  },
  build: (options) => build(depth, options),
  torch: [
    { architectures: [`densenet${depth}`, `tv_densenet${depth}`], names: [(layer) => layer, olderNames] },
    ...(depth === 121 ? [torchXRayVision] : []),
  ],
});

/** Files of torch before 0.4, torchvision's among them, number a layer's parts after a dot: 'norm.1' for 'norm1'. */
const olderNames = (layer: string): string => layer.replace(/(denselayer\d+\.(?:norm|conv))([12])$/, '$1.$2');

/** DenseNet-121, 169 and 201. */
export const denseNet = {
  name: 'DenseNet',
  convolutions: 'dense',
  members: [
    member(121, [8_062_504, 1024], [0.744, 0.92], 'densenet121-a639ec97.pth'),
    member(169, [14_307_880, 1664], [0.756, 0.928], 'densenet169-b2777c0a.pth'),
    member(201, [20_242_984, 1920], [0.769, 0.934], 'densenet201-c1103571.pth'),
  ],
} satisfies BackboneFamily;
