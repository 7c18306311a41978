import type { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember, TorchNetwork } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network } from '../network';
import { TORCH_MODE } from '../pixelValues';
import type { Preprocessing } from '../preprocessing';
import { torchInput } from '../torchInput';
import { DESIGNS, type Design, type Size, stagesOf, timmNames, torchvisionNames } from './shared/efficientNetV2Stages';
import { squeezeExcite } from './shared/squeezeExcite';
import { torchPadding } from './shared/torchLayers';

const NORMALIZATION = { epsilon: 1e-3, momentum: 0.9 };

/** A convolution, or a depthwise one where it has no filters. */
interface Step {
  filters?: number;
  kernel: number;
  stride?: number;
}

/**
 * EfficientNetV2, with the names of Keras.
 *
 * @param same whether zeros are put as TensorFlow puts them (Keras, and timm's networks with 'tf_'), or as many on each side (torchvision)
 */
function build(size: Size, options: Required<ArchitectureOptions>, same: boolean): Architecture {
  const design: Design = DESIGNS[size];
  const network = new Network(options);
  const step = (x: tf.SymbolicTensor, [layer, norm]: [string, string], { filters, kernel, stride = 1 }: Step) => {
    const padding = stride === 1 || same ? ('same' as const) : ('valid' as const);
    const padded = padding === 'valid' ? torchPadding(network, x, `${layer}_pad`, Math.floor(kernel / 2)) : x;
    const y =
      filters === undefined
        ? network.depthwise(padded, layer, { kernel, stride, padding })
        : network.convolution(padded, layer, { filters, kernel, stride, padding });
    return network.batchNormalization(y, norm, NORMALIZATION);
  };
  const active = (x: tf.SymbolicTensor, name: string) => network.activation(x, `${name}_activation`, 'swish');

  network.block('stem');
  const stages = stagesOf(design);
  let x = active(step(network.input, ['stem_conv', 'stem_bn'], { filters: design.stem, kernel: 3, stride: 2 }), 'stem');
  for (const { name, inputs, filters, expansion, stride, fused } of stages.flat()) {
    network.block(name);
    const input = x;
    const expanded = inputs * expansion;
    const at = (part: string, norm: string): [string, string] => [`${name}_${part}`, `${name}_${norm}`];
    if (fused && expansion > 1) {
      x = active(step(x, at('expand_conv', 'expand_bn'), { filters: expanded, kernel: 3, stride }), `${name}_expand`);
    }
    if (!fused) {
      x = active(step(x, at('expand_conv', 'expand_bn'), { filters: expanded, kernel: 1 }), `${name}_expand`);
      x = active(step(x, at('dwconv2', 'bn'), { kernel: 3, stride }), name);
      const parts = ['se_squeeze', 'se_reduce', 'se_expand'].map((part) => `${name}_${part}`);
      const reduced = Math.max(1, Math.floor(inputs / 4));
      x = squeezeExcite(network, x, parts, { reduced, activation: 'swish', hard: false });
    }
    const whole = fused && expansion === 1; // a single convolution
    x = step(x, at('project_conv', 'project_bn'), { filters, kernel: whole ? 3 : 1, stride: whole ? stride : 1 });
    if (whole) x = active(x, `${name}_project`);
    if (stride === 1 && inputs === filters) x = network.sum(`${name}_add`, [x, input]);
  }
  network.block('top');
  x = active(step(x, ['top_conv', 'top_bn'], { filters: design.top, kernel: 1 }), 'top');
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, `efficientnetv2-${size}`);
}

/** As Keras prepares pictures for the two large ones, inside of its models. */
const HALVES: Pick<Preprocessing, 'mean' | 'std'> = { mean: [128, 128, 128], std: [128, 128, 128] };
/** As timm prepares them for the same weights. */
const TIMM_HALVES: typeof HALVES = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };

/** By so many pixels the authors' code resizes B0 to B3's pictures larger than what it cuts out, as EfficientNet's does. */
const CROP_PADDING = 32;

interface Facts {
  parameters: number;
  features: number;
  inputSize: number;
  published: [top1: number, top5: number];
  files: [top: string, noTop: string];
}

const member = <Name extends Size>(
  size: Name,
  { parameters, features, inputSize, published: [top1, top5], files: [top, noTop] }: Facts,
): FamilyMember<`efficientnet-v2-${Name}`> => {
  const isBase = size.startsWith('b');
  const crop = isBase ? inputSize / (inputSize + CROP_PADDING) : 1;
  const timm: TorchNetwork = {
    architectures: [`tf_efficientnetv2_${size}`],
    names: [timmNames(size)],
    preprocessing: { ...torchInput(inputSize, crop, 'bicubic'), ...(isBase ? {} : TIMM_HALVES) },
  };
  const torchvision: TorchNetwork = {
    architectures: [`efficientnet_v2_${size}`],
    build: (options) => build(size, options, false),
    names: [torchvisionNames(size)],
    preprocessing: torchInput(inputSize, 1),
  };
  return {
    entry: {
      name: `efficientnet-v2-${size}`,
      title: `EfficientNetV2-${size.toUpperCase()}`,
      parameters,
      features,
      published: { top1, top5, source: 'Keras, table of its applications' },
      preprocessing: { inputSize, crop, interpolation: 'bicubic', ...(isBase ? TORCH_MODE : HALVES) },
      weights: {
        kind: 'keras',
        address: 'https://storage.googleapis.com/tensorflow/keras-applications/efficientnet_v2/',
        top: { file: `efficientnetv2-${size}.h5`, md5: top },
        noTop: { file: `efficientnetv2-${size}_notop.h5`, md5: noTop },
        licence: 'Apache-2.0',
      },
      paper: 'Tan and Le 2021, EfficientNetV2: Smaller Models and Faster Training',
    },
    build: (options) => build(size, options, true),
    torch: isBase ? [timm] : [timm, torchvision],
  };
};

/** EfficientNetV2-B0 to B3, S and M. */
export const efficientNetV2 = {
  name: 'EfficientNetV2',
  convolutions: 'depthwise',
  members: [
    member('b0', {
      ...{ parameters: 7_200_312, features: 1280, inputSize: 224, published: [0.787, 0.943] },
      files: ['21ecbf6da12460d5c40bb2f29ceb2188', '893217f2bb855e2983157299931e43ff'],
    }),
    member('b1', {
      ...{ parameters: 8_212_124, features: 1280, inputSize: 240, published: [0.798, 0.95] },
      files: ['069f0534ff22adf035c89e2d9547a9dc', '0e80663031ca32d657f9caa404b6ec37'],
    }),
    member('b2', {
      ...{ parameters: 10_178_374, features: 1408, inputSize: 260, published: [0.805, 0.951] },
      files: ['424e49f28180edbde1e94797771950a7', '1dfe2e7a5d45b6632553a8961ea609eb'],
    }),
    member('b3', {
      ...{ parameters: 14_467_622, features: 1536, inputSize: 300, published: [0.82, 0.958] },
      files: ['1f1fc43bd98a6e4fd8fdfd551e02c7a0', 'f6abf7b5849ac99a89b50dd3fd532856'],
    }),
    member('s', {
      ...{ parameters: 21_612_360, features: 1280, inputSize: 384, published: [0.839, 0.967] },
      files: ['e1d88a8495beba45748fedd0cecbe016', 'af0682fb74e8c54910f2d4393339c070'],
    }),
    member('m', {
      ...{ parameters: 54_431_388, features: 1280, inputSize: 480, published: [0.853, 0.974] },
      files: ['a3bf6aa3276309f4fc6a34aa114c95cd', '1b8dc055df72dde80d614482840fe342'],
    }),
  ],
} satisfies BackboneFamily;
