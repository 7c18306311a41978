import { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { TF_MODE } from '../pixelValues';
import { MOBILE_NET_INPUT, mobileNetFiles } from './shared/kerasMobileNet';

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
function build(width: number, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
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
  if (options.includeTop) {
    x = network.reshape(x, 'reshape_1', [1, 1, Math.floor(1024 * width)]);
    x = network.add(tf.layers.dropout({ name: 'dropout', rate: 1e-3 }), x);
    x = network.convolution(x, 'conv_preds', { filters: 1000, kernel: 1, bias: true });
    x = network.reshape(x, 'reshape_2', [1000]);
  }
  return network.finish(x, `mobilenet_${width.toFixed(2)}`);
}

/** Keras's source has no hashes for these files: the first file that fits is noted with its SHA-256. */
const member = <Name extends string>(
  name: Name,
  width: number,
  parameters: number,
  [top1, top5]: [number, number],
): FamilyMember<Name> => {
  const text = { 1: '1_0', 0.75: '7_5', 0.5: '5_0', 0.25: '2_5' }[width];
  const source =
    width === 1 ? 'Keras, table of its applications' : "the authors, TensorFlow-Slim's table of MobileNet v1";
  return {
    entry: {
      name,
      title: width === 1 ? 'MobileNet' : `MobileNet, width ${width}`,
      parameters,
      features: 1024 * width,
      published: { top1, top5, source },
      preprocessing: { ...MOBILE_NET_INPUT, ...TF_MODE },
      weights: mobileNetFiles(
        'mobilenet',
        { file: `mobilenet_${text}_224_tf.h5` },
        { file: `mobilenet_${text}_224_tf_no_top.h5` },
      ),
      paper: 'Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications',
    },
    build: (options) => build(width, options),
  };
};

export const mobileNetV1 = {
  name: 'MobileNet',
  convolutions: 'depthwise',
  members: [
    member('mobilenet-v1', 1, 4_253_864, [0.704, 0.895]),
    member('mobilenet-v1-0.75', 0.75, 2_601_976, [0.684, 0.882]),
    member('mobilenet-v1-0.50', 0.5, 1_342_536, [0.633, 0.849]),
    member('mobilenet-v1-0.25', 0.25, 475_544, [0.498, 0.742]),
  ],
} satisfies BackboneFamily;
