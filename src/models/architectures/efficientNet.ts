import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { customLayers } from '../layers';
import { blockName, STAGES, type Stage } from './efficientNetStages';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from './network';

/** Width, depth, input side in pixels and dropout before the classifier of B0 to B7 (Tan and Le 2019; Keras). */
export const EFFICIENT_NETS = [
  { width: 1, depth: 1, inputSize: 224, dropout: 0.2 },
  { width: 1, depth: 1.1, inputSize: 240, dropout: 0.2 },
  { width: 1.1, depth: 1.2, inputSize: 260, dropout: 0.3 },
  { width: 1.2, depth: 1.4, inputSize: 300, dropout: 0.3 },
  { width: 1.4, depth: 1.8, inputSize: 380, dropout: 0.4 },
  { width: 1.6, depth: 2.2, inputSize: 456, dropout: 0.4 },
  { width: 1.8, depth: 2.6, inputSize: 528, dropout: 0.5 },
  { width: 2, depth: 3.1, inputSize: 600, dropout: 0.5 },
] as const;

/** Rate at which the last block's residual branch is dropped in training; earlier blocks' grows up to it. */
const STOCHASTIC_DEPTH = 0.2;
const SQUEEZE = 0.25;
/** ImageNet's standard deviation per channel, for pixels of 0 to 1. */
const DEVIATION = [0.229, 0.224, 0.225];

export interface EfficientNetOptions extends ArchitectureOptions {
  /**
   * Divide by the root of ImageNet's deviation after the normalization; default true. Keras's ImageNet files keep the
   * deviation where a variance is expected, and Keras puts this right with one more layer, but only for those files.
   */
  imagenetScale?: boolean;
}

/**
 * EfficientNet-B0 to B7 (Tan and Le 2019), as in Keras: pixels of 0 to 255 in, the normalization is inside the model.
 */
export function buildEfficientNet(variant: number, options?: EfficientNetOptions): Architecture {
  const scaling = EFFICIENT_NETS[variant];
  if (!scaling) throw new RangeError(`there is no EfficientNet-B${variant}`);
  const { inputSize, includeTop, imagenetScale } = withDefaults('buildEfficientNet', options, {
    inputSize: scaling.inputSize as number,
    includeTop: true,
    imagenetScale: true,
  });
  const filtersOf = (filters: number) => roundFilters(filters * scaling.width);
  const repeatsOf = (repeats: number) => Math.ceil(scaling.depth * repeats);
  const total = STAGES.reduce((sum, { repeats }) => sum + repeatsOf(repeats), 0);
  const network = new Network(inputSize);

  network.block('stem');
  let x = network.add(new customLayers.Rescaling({ name: 'rescaling', scale: 1 / 255 }), network.input);
  x = network.add(new customLayers.Normalization({ name: 'normalization' }), x);
  if (imagenetScale) {
    const scale = DEVIATION.map((deviation) => 1 / Math.sqrt(deviation));
    x = network.add(new customLayers.Rescaling({ name: 'rescaling_1', scale }), x);
  }
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
  if (includeTop) {
    x = network.add(tf.layers.dropout({ name: 'top_dropout', rate: scaling.dropout }), x);
    x = network.dense(x, 'predictions', 1000);
  }
  return network.finish(x, `efficientnetb${variant}`);
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
