import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember, TorchNetwork } from '../backboneFamily';
import { customLayers } from '../layers';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from '../network';
import { IN_MODEL } from '../pixelValues';
import { torchInput } from '../torchInput';
import { blockName, STAGES, type Stage } from './shared/efficientNetStages';
import {
  buildTorchMobileNet,
  type TorchBlock,
  type TorchMobileNet,
  torchvisionNames,
} from './shared/torchInvertedResidual';

/** How much wider and deeper than B0 a member is, and the dropout before its classifier (Tan and Le 2019; Keras). */
interface Scaling {
  width: number;
  depth: number;
  dropout: number;
}

/** Rate at which the last block's residual branch is dropped in training; earlier blocks' grows up to it. */
const STOCHASTIC_DEPTH = 0.2;
const SQUEEZE = 0.25;
/** ImageNet's standard deviation per channel, for pixels of 0 to 1. */
const DEVIATION = [0.229, 0.224, 0.225];

/** As in Keras: pixels of 0 to 255 in, the normalization is inside the model. */
function build(name: string, scaling: Scaling, options: Required<ArchitectureOptions>): Architecture {
  const filtersOf = (filters: number) => roundFilters(filters * scaling.width);
  const repeatsOf = (repeats: number) => Math.ceil(scaling.depth * repeats);
  const total = STAGES.reduce((sum, { repeats }) => sum + repeatsOf(repeats), 0);
  const network = new Network(options);

  network.block('stem');
  let x = network.add(new customLayers.Rescaling({ name: 'rescaling', scale: 1 / 255 }), network.input);
  x = network.add(new customLayers.Normalization({ name: 'normalization' }), x);
  // Keras's ImageNet files keep the deviation where a variance is expected, and Keras puts this right with one more layer
  const scale = DEVIATION.map((deviation) => 1 / Math.sqrt(deviation));
  x = network.add(new customLayers.Rescaling({ name: 'rescaling_1', scale }), x);
  x = network.stridePadding(x, 'stem_conv_pad', 3);
  x = network.convolution(x, 'stem_conv', { filters: filtersOf(32), kernel: 3, stride: 2, padding: 'valid' });
  x = network.batchNormalization(x, 'stem_bn');
  x = network.activation(x, 'stem_activation', 'swish');

  let index = 0;
  STAGES.forEach((stage, stageIndex) => {
    for (let repeat = 0; repeat < repeatsOf(stage.repeats); repeat++) {
      const name = blockName(stageIndex, repeat);
      network.block(name);
      const stride = repeat === 0 ? stage.stride : 1;
      const filters = filtersOf(stage.filters);
      x = block(network, x, { ...stage, name, stride, filters, dropRate: (STOCHASTIC_DEPTH * index++) / total });
    }
  });

  network.block('top');
  x = network.convolution(x, 'top_conv', { filters: filtersOf(1280), kernel: 1 });
  x = network.batchNormalization(x, 'top_bn');
  x = network.activation(x, 'top_activation', 'swish');
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) {
    x = network.add(tf.layers.dropout({ name: 'top_dropout', rate: scaling.dropout }), x);
    x = network.dense(x, 'predictions', 1000);
  }
  return network.finish(x, name);
}

function block(
  network: Network,
  input: tf.SymbolicTensor,
  options: Stage & { name: string; dropRate: number },
): tf.SymbolicTensor {
  const { name, kernel, stride, expansion, filters, dropRate } = options;
  const inputFilters = input.shape.at(-1)!;
  const expanded = inputFilters * expansion;
  let x = input;
  if (expansion !== 1) {
    x = network.convolution(x, `${name}_expand_conv`, { filters: expanded, kernel: 1 });
    x = network.batchNormalization(x, `${name}_expand_bn`);
    x = network.activation(x, `${name}_expand_activation`, 'swish');
  }
  if (stride === 2) x = network.stridePadding(x, `${name}_dwconv_pad`, kernel);
  x = network.depthwise(x, `${name}_dwconv`, { kernel, stride, padding: stride === 2 ? 'valid' : 'same' });
  x = network.batchNormalization(x, `${name}_bn`);
  x = network.activation(x, `${name}_activation`, 'swish');

  // squeeze-and-excitation (Hu et al. 2018): a gate a channel from the picture's mean
  let gate = network.averagePool(x, `${name}_se_squeeze`);
  gate = network.reshape(gate, `${name}_se_reshape`, [1, 1, expanded]);
  const reduced = Math.max(1, Math.floor(inputFilters * SQUEEZE));
  gate = network.convolution(gate, `${name}_se_reduce`, {
    filters: reduced,
    kernel: 1,
    bias: true,
    activation: 'swish',
  });
  gate = network.convolution(gate, `${name}_se_expand`, {
    ...{ filters: expanded, kernel: 1, bias: true, activation: 'sigmoid' },
  });
  x = network.product(`${name}_se_excite`, [x, gate]);

  x = network.convolution(x, `${name}_project_conv`, { filters, kernel: 1 });
  x = network.batchNormalization(x, `${name}_project_bn`);
  if (stride !== 1 || inputFilters !== filters) return x;
  // stochastic depth (Huang et al. 2016): in training, the branch of some pictures is left out whole
  if (dropRate > 0) {
    const noiseShape = [null, 1, 1, 1] as number[]; // null: as many as there are pictures
    x = network.add(tf.layers.dropout({ name: `${name}_drop`, rate: dropRate, noiseShape }), x);
  }
  return network.sum(`${name}_add`, [x, input]);
}

/** As PyTorch's libraries build it; timm's networks with 'tf_' pad and normalize as TensorFlow does. */
function torchDesign({ width, depth }: Scaling, epsilon: number, same: boolean): TorchMobileNet {
  let inputs = roundFilters(32 * width);
  const stem = { filters: inputs, activation: 'swish' } as const;
  const stages = STAGES.map(({ repeats, kernel, stride, expansion, filters: plain }) =>
    Array.from({ length: Math.ceil(depth * repeats) }, (_, repeat): TorchBlock => {
      const filters = roundFilters(plain * width);
      const shape = { expanded: inputs * expansion, filters, kernel, stride: repeat === 0 ? stride : 1 };
      const squeeze = Math.max(1, Math.floor(inputs * SQUEEZE));
      inputs = filters;
      return { ...shape, squeeze, activation: 'swish' };
    }),
  );
  return { stem, stages, head: roundFilters(1280 * width), gate: { activation: 'swish', hard: false }, epsilon, same };
}

function torchNetworks(size: number, scaling: Scaling, inputSize: number): TorchNetwork[] {
  const network = (name: string, design: TorchMobileNet, names: TorchNetwork['names']): TorchNetwork => ({
    architectures: [name],
    build: (options) => buildTorchMobileNet(name, design, options),
    names,
    preprocessing: torchInput(inputSize, inputSize / (inputSize + 32), 'bicubic'),
  });
  // torchvision's three largest came from TensorFlow's files, and kept their epsilon
  const plain = torchDesign(scaling, size >= 5 ? 1e-3 : 1e-5, false);
  return [
    network(`efficientnet_b${size}`, plain, [(layer) => layer, torchvisionNames(plain, 'efficientnet')]),
    network(`tf_efficientnet_b${size}`, torchDesign(scaling, 1e-3, true), [(layer) => layer]),
  ];
}

const member = <Size extends number>(
  size: Size,
  [width, depth, inputSize, dropout]: [number, number, number, number],
  [parameters, features]: [number, number],
  [top1, top5]: [number, number],
  [top, noTop]: [string, string],
): FamilyMember<`efficientnet-b${Size}`> => ({
  entry: {
    name: `efficientnet-b${size}`,
    title: `EfficientNet-B${size}`,
    parameters,
    features,
    published: { top1, top5, source: 'Keras, table of its applications' },
    // the authors evaluate with a border of 32 pixels
    preprocessing: { inputSize, crop: inputSize / (inputSize + 32), interpolation: 'bicubic', ...IN_MODEL },
    weights: {
      kind: 'keras',
      address: 'https://storage.googleapis.com/keras-applications/',
      top: { file: `efficientnetb${size}.h5`, md5: top },
      noTop: { file: `efficientnetb${size}_notop.h5`, md5: noTop },
      licence: 'Apache-2.0',
    },
    paper: 'Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
  },
  build: (options) => build(`efficientnetb${size}`, { width, depth, dropout }, options),
  torch: torchNetworks(size, { width, depth, dropout }, inputSize),
});

/** EfficientNet-B0 to B7 (Tan and Le 2019). */
export const efficientNet = {
  name: 'EfficientNet',
  convolutions: 'depthwise',
  members: [
    member(
      0,
      [1, 1, 224, 0.2],
      [5_330_571, 1280],
      [0.771, 0.933],
      ['902e53a9f72be733fc0bcb005b3ebbac', '50bc09e76180e00e4465e1a485ddc09d'],
    ),
    member(
      1,
      [1, 1.1, 240, 0.2],
      [7_856_239, 1280],
      [0.791, 0.944],
      ['1d254153d4ab51201f1646940f018540', '74c4e6b3e1f6a1eea24c589628592432'],
    ),
    member(
      2,
      [1.1, 1.2, 260, 0.3],
      [9_177_569, 1408],
      [0.801, 0.949],
      ['b15cce36ff4dcbd00b6dd88e7857a6ad', '111f8e2ac8aa800a7a99e3239f7bfb39'],
    ),
    member(
      3,
      [1.2, 1.4, 300, 0.3],
      [12_320_535, 1536],
      [0.816, 0.957],
      ['ffd1fdc53d0ce67064dc6a9c7960ede0', 'af6d107764bb5b1abb91932881670226'],
    ),
    member(
      4,
      [1.4, 1.8, 380, 0.4],
      [19_466_823, 1792],
      [0.829, 0.964],
      ['18c95ad55216b8f92d7e70b3a046e2fc', 'ebc24e6d6c33eaebbd558eafbeedf1ba'],
    ),
    member(
      5,
      [1.6, 2.2, 456, 0.4],
      [30_562_527, 2048],
      [0.836, 0.967],
      ['ace28f2a6363774853a83a0b21b9421a', '38879255a25d3c92d5e44e04ae6cec6f'],
    ),
    member(
      6,
      [1.8, 2.6, 528, 0.5],
      [43_265_143, 2304],
      [0.84, 0.968],
      ['165f6e37dce68623721b423839de8be5', '9ecce42647a20130c1f39a5d4cb75743'],
    ),
    member(
      7,
      [2, 3.1, 600, 0.5],
      [66_658_687, 2560],
      [0.843, 0.97],
      ['8c03f828fec3ef71311cd463b6759d99', 'cbcfe4450ddf6f3ad90b1b398090fe4a'],
    ),
  ],
} satisfies BackboneFamily;
