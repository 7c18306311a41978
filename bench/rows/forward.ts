import type { Work } from '../peer';
import { inferencePeers, worksOf } from '../peers';
import type { Goal, Requirement, Row } from '../row';
import { sideBySide } from './sideBySide';

const COSINE = 0.999;
/** The outputs must point in the same direction as those in float32. */
const exact: Requirement = {
  text: `cosine ${COSINE}`,
  isMet: ({ cosine }) => (cosine === undefined ? undefined : cosine >= COSINE),
};

function forward(
  name: string,
  title: string,
  work: Pick<Work, 'network' | 'batch' | 'precision' | 'engine'>,
  goals: Goal[],
): Row {
  const low = work.precision === 'bfloat16';
  return {
    name: `forward-${name}`,
    work: `forward, ${title}, batch ${work.batch}, 224 px${low ? ', bfloat16' : ''}${work.engine ? ', the fastest engine' : ''}`,
    unit: 'ms',
    goals,
    requirements: low ? [exact] : [],
    measure: async (settings) => {
      // ONNX Runtime has no bfloat16 for these operations on a processor, and Keras no list of what may be computed in it
      const able = low
        ? (['torch', 'torchCompiled', 'openvino'] as const)
        : work.engine
          ? (['onnx', 'openvino'] as const)
          : inferencePeers;
      const measurement = await sideBySide(
        worksOf(['tunebook', ...able], { kind: 'forward', size: 224, ...work }),
        settings,
      );
      const { cosine } = measurement;
      if (cosine !== undefined) measurement.notes.push(`least cosine between features in both: ${cosine.toFixed(6)}`);
      return measurement;
    },
  };
}

const TITLES = {
  'mobilenet-v2': 'MobileNetV2',
  'efficientnet-lite0': 'EfficientNet-Lite0',
  resnet50: 'ResNet-50',
  vgg16: 'VGG16',
  densenet121: 'DenseNet-121',
  'convnext-tiny': 'ConvNeXt-tiny',
};

const float32: Goal[] = [{ peers: inferencePeers, ratio: 0.95 }];
/** Without those that were slower in every row above, so that these rows take seconds. */
const faster: Goal[] = [{ peers: ['onnx', 'openvino'], ratio: 0.95 }];
const bfloat16: Goal[] = [{ peers: inferencePeers, ratio: 1 }];

const withEngine = (network: keyof typeof TITLES, batch: number) =>
  forward(`engine-${network}-${batch}`, TITLES[network], { network, batch, engine: 'auto' }, faster);

/** Runs a frozen backbone on pictures, which takes most of the time of feature extraction. */
export const forwardRows: readonly Row[] = [
  forward('mobilenet-v2', 'MobileNetV2', { network: 'mobilenet-v2', batch: 32 }, float32),
  forward('mobilenet-v2-1', 'MobileNetV2', { network: 'mobilenet-v2', batch: 1 }, float32),
  forward('lite0', 'EfficientNet-Lite0', { network: 'efficientnet-lite0', batch: 32 }, float32),
  forward('lite0-1', 'EfficientNet-Lite0', { network: 'efficientnet-lite0', batch: 1 }, float32),
  forward('vgg16', 'VGG16', { network: 'vgg16', batch: 8 }, float32),
  forward('resnet50', 'ResNet-50', { network: 'resnet50', batch: 32 }, float32),
  forward('resnet50-1', 'ResNet-50', { network: 'resnet50', batch: 1 }, float32),
  forward('vgg16-bfloat16', 'VGG16', { network: 'vgg16', batch: 8, precision: 'bfloat16' }, bfloat16),
  forward('resnet50-bfloat16', 'ResNet-50', { network: 'resnet50', batch: 32, precision: 'bfloat16' }, bfloat16),
  ...(['mobilenet-v2', 'efficientnet-lite0', 'resnet50'] as const).flatMap((network) =>
    [32, 8, 1].map((batch) => withEngine(network, batch)),
  ),
  withEngine('vgg16', 8),
  ...(['densenet121', 'convnext-tiny'] as const).flatMap((network) => [
    forward(network, TITLES[network], { network, batch: 8 }, float32),
    ...[8, 1].map((batch) => withEngine(network, batch)),
  ]),
];
