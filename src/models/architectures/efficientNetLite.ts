import { withDefaults } from '../../core/options';
import type { tf } from '../../tensorflow';
import { EFFICIENT_NET_LITES, repeatsOf } from './efficientNetLiteBlocks';
import { blockName, STAGES } from './efficientNetStages';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from './network';

/**
 * EfficientNet-Lite0, 1 and 2 (Tan and Le 2019; the Lite variants drop squeeze-and-excite and use ReLU6).
 *
 * Input [batch, size, size, 3], preprocessed.
 */
export function buildEfficientNetLite(variant: number, options?: ArchitectureOptions): Architecture {
  const scaling = EFFICIENT_NET_LITES[variant];
  if (!scaling) throw new RangeError(`there is no EfficientNet-Lite${variant} here`);
  const { inputSize, includeTop } = withDefaults('buildEfficientNetLite', options, {
    inputSize: scaling.inputSize as number,
    includeTop: true,
  });
  const network = new Network(inputSize);
  network.block('stem');
  let x = convolution(network, network.input, { name: 'stem', filters: 32, kernel: 3, stride: 2 });
  STAGES.forEach((stage, stageIndex) => {
    for (let repeat = 0; repeat < repeatsOf(variant, stageIndex); repeat++) {
      const name = blockName(stageIndex, repeat);
      const filters = roundFilters(stage.filters * scaling.width);
      network.block(name);
      x = invertedResidual(network, x, { ...stage, name, filters, stride: repeat === 0 ? stage.stride : 1 });
    }
  });
  network.block('top');
  x = convolution(network, x, { name: 'top', filters: 1280, kernel: 1, stride: 1 });
  network.endBlocks();
  x = network.averagePool(x);
  if (includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, `efficientnet-lite${variant}`);
}

interface Residual {
  name: string;
  kernel: number;
  stride: number;
  expansion: number;
  filters: number;
}

function invertedResidual(network: Network, input: tf.SymbolicTensor, options: Residual): tf.SymbolicTensor {
  const { name, kernel, stride, expansion, filters } = options;
  const inputFilters = input.shape.at(-1)!;
  let x = input;
  if (expansion !== 1) {
    x = convolution(network, x, { name: `${name}_expand`, filters: inputFilters * expansion, kernel: 1, stride: 1 });
  }
  x = network.depthwise(x, `${name}_dwconv`, { kernel, stride });
  x = network.batchNormalization(x, `${name}_bn`);
  x = network.activation(x, `${name}_activation`, 'relu6');
  x = network.convolution(x, `${name}_project_conv`, { filters, kernel: 1 });
  x = network.batchNormalization(x, `${name}_project_bn`);
  if (stride !== 1 || inputFilters !== filters) return x;
  return network.sum(`${name}_add`, [x, input]);
}

/**
 * Convolution without bias, batch normalization, ReLU6. Padding is TensorFlow's 'same': at stride 2 one more pixel at
 * the end than at the start, as the weights expect.
 */
function convolution(
  network: Network,
  input: tf.SymbolicTensor,
  { name, filters, kernel, stride }: { name: string; filters: number; kernel: number; stride: number },
): tf.SymbolicTensor {
  let x = network.convolution(input, `${name}_conv`, { filters, kernel, stride });
  x = network.batchNormalization(x, `${name}_bn`);
  return network.activation(x, `${name}_activation`, 'relu6');
}
