import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { type Architecture, type ArchitectureOptions, Network } from './network';

const FILTERS = [64, 128, 256, 512, 512];
const CONVOLUTIONS = { 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] };

/** VGG16 and VGG19 (Simonyan and Zisserman 2015, Very Deep Convolutional Networks), as in Keras. */
export function buildVgg(depth: 16 | 19, options?: ArchitectureOptions): Architecture {
  const { inputSize, includeTop } = withDefaults('buildVgg', options, { inputSize: 224, includeTop: true });
  const network = new Network(inputSize);
  let x = network.input;
  FILTERS.forEach((filters, stage) => {
    const block = `block${stage + 1}`;
    network.block(block);
    for (let i = 1; i <= CONVOLUTIONS[depth][stage]!; i++) {
      x = network.convolution(x, `${block}_conv${i}`, { filters, kernel: 3, bias: true, activation: 'relu' });
    }
    x = network.add(tf.layers.maxPooling2d({ name: `${block}_pool`, poolSize: 2, strides: 2 }), x);
  });
  network.endBlocks();
  if (!includeTop) return network.finish(network.averagePool(x), `vgg${depth}`);
  x = network.add(tf.layers.flatten({ name: 'flatten' }), x);
  x = network.dense(x, 'fc1', 4096, 'relu');
  x = network.dense(x, 'fc2', 4096, 'relu');
  return network.finish(network.dense(x, 'predictions', 1000), `vgg${depth}`);
}
