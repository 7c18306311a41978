import { withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import { type Architecture, type ArchitectureOptions, Network } from './network';

/** Filters and stride of the thirteen depthwise-separable blocks (Howard et al. 2017, table 1). */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/** MobileNet (Howard et al. 2017, MobileNets), as in Keras; `width` multiplies the filters of every layer. */
export function buildMobileNetV1(width: number, options?: ArchitectureOptions): Architecture {
  const { inputSize, includeTop } = withDefaults('buildMobileNetV1', options, { inputSize: 224, includeTop: true });
  const network = new Network(inputSize);
  network.block('conv1');
  let x = network.convolution(network.input, 'conv1', { filters: Math.floor(32 * width), kernel: 3, stride: 2 });
  x = network.batchNormalization(x, 'conv1_bn');
  x = network.activation(x, 'conv1_relu', 'relu6');
  BLOCKS.forEach(([filters, stride], index) => {
    const id = index + 1;
    network.block(`block${id}`);
    if (stride === 2) {
      x = network.zeroPadding(x, `conv_pad_${id}`, [
        [0, 1],
        [0, 1],
      ]);
    }
    x = network.depthwise(x, `conv_dw_${id}`, { kernel: 3, stride, padding: stride === 2 ? 'valid' : 'same' });
    x = network.batchNormalization(x, `conv_dw_${id}_bn`);
    x = network.activation(x, `conv_dw_${id}_relu`, 'relu6');
    x = network.convolution(x, `conv_pw_${id}`, { filters: Math.floor(filters * width), kernel: 1 });
    x = network.batchNormalization(x, `conv_pw_${id}_bn`);
    x = network.activation(x, `conv_pw_${id}_relu`, 'relu6');
  });
  network.endBlocks();
  x = network.averagePool(x);
  if (includeTop) {
    x = network.reshape(x, 'reshape_1', [1, 1, Math.floor(1024 * width)]);
    x = network.add(tf.layers.dropout({ name: 'dropout', rate: 1e-3 }), x);
    x = network.convolution(x, 'conv_preds', { filters: 1000, kernel: 1, bias: true });
    x = network.reshape(x, 'reshape_2', [1000]);
  }
  return network.finish(x, `mobilenet_${width.toFixed(2)}`);
}
