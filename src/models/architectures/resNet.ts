import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { type Architecture, type ArchitectureOptions, Network } from './network';

const REPEATS = { 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3] };

const EPSILON = { epsilon: 1.001e-5 };

/** ResNet-50, 101 and 152 (He et al. 2016, Deep Residual Learning), version 1 with the stride in the first convolution. */
export function buildResNet(depth: 50 | 101 | 152, options?: ArchitectureOptions): Architecture {
  const { inputSize, includeTop } = withDefaults('buildResNet', options, { inputSize: 224, includeTop: true });
  const network = new Network(inputSize);
  const border = (pixels: number): [[number, number], [number, number]] => [
    [pixels, pixels],
    [pixels, pixels],
  ];
  network.block('conv1');
  let x = network.zeroPadding(network.input, 'conv1_pad', border(3));
  x = network.convolution(x, 'conv1_conv', { filters: 64, kernel: 7, stride: 2, padding: 'valid', bias: true });
  x = network.batchNormalization(x, 'conv1_bn', EPSILON);
  x = network.activation(x, 'conv1_relu', 'relu');
  x = network.zeroPadding(x, 'pool1_pad', border(1));
  x = network.add(tf.layers.maxPooling2d({ name: 'pool1_pool', poolSize: 3, strides: 2 }), x);
  REPEATS[depth].forEach((repeats, stage) => {
    for (let repeat = 1; repeat <= repeats; repeat++) {
      const name = `conv${stage + 2}_block${repeat}`;
      network.block(name);
      const stride = repeat === 1 && stage > 0 ? 2 : 1;
      x = bottleneck(network, x, { name, filters: 64 * 2 ** stage, stride, project: repeat === 1 });
    }
  });
  network.endBlocks();
  x = network.averagePool(x);
  if (includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, `resnet${depth}`);
}

function bottleneck(
  network: Network,
  input: tf.SymbolicTensor,
  { name, filters, stride, project }: { name: string; filters: number; stride: number; project: boolean },
): tf.SymbolicTensor {
  const step = (x: tf.SymbolicTensor, index: number, width: number, kernel: number, strides: number) => {
    const options = { filters: width, kernel, stride: strides, padding: kernel === 1 ? 'valid' : 'same', bias: true };
    const y = network.convolution(x, `${name}_${index}_conv`, options as Parameters<Network['convolution']>[2]);
    return network.batchNormalization(y, `${name}_${index}_bn`, EPSILON);
  };
  const shortcut = project ? step(input, 0, 4 * filters, 1, stride) : input;
  let x = network.activation(step(input, 1, filters, 1, stride), `${name}_1_relu`, 'relu');
  x = network.activation(step(x, 2, filters, 3, 1), `${name}_2_relu`, 'relu');
  x = step(x, 3, 4 * filters, 1, 1);
  return network.activation(network.sum(`${name}_add`, [shortcut, x]), `${name}_out`, 'relu');
}
