import type { Work } from '../peer';
import { type PeerName, peerNames } from '../peers';
import type { Goal, Requirement, Row } from '../row';
import { sideBySide } from './sideBySide';

const FASTEST: readonly PeerName[] = ['keras', 'torch', 'onnx'];

const COSINE = 0.999;
/** The outputs must point in the same direction as those in float32. */
const exact: Requirement = {
  text: `cosine ${COSINE}`,
  isMet: ({ cosine }) => (cosine === undefined ? undefined : cosine >= COSINE),
};

function forward(name: string, title: string, work: Pick<Work, 'network' | 'batch' | 'precision'>, goals: Goal[]): Row {
  const low = work.precision === 'bfloat16';
  return {
    name: `forward-${name}`,
    work: `forward, ${title}, batch ${work.batch}, 224 px${low ? ', bfloat16 against float32' : ''}`,
    unit: 'ms',
    goals,
    requirements: low ? [exact] : [],
    measure: async (settings) => {
      const common: Work = { kind: 'forward', size: 224, ...work, precision: 'float32' };
      const own: Work = { ...common, precision: work.precision };
      const works = new Map(peerNames.map((peer) => [peer, peer === 'tunebook' ? own : common] as const));
      const measurement = await sideBySide(works, settings);
      const { cosine } = measurement;
      if (cosine !== undefined) measurement.notes.push(`least cosine between features in both: ${cosine.toFixed(6)}`);
      return measurement;
    },
  };
}

const small: Goal[] = [
  { peers: ['keras'], ratio: 1.5 },
  { peers: ['onnx'], ratio: 0.9 },
];

/** Runs a frozen backbone on pictures, which takes most of the time of feature extraction. */
export const forwardRows: readonly Row[] = [
  forward('mobilenet-v2', 'MobileNetV2', { network: 'mobilenet-v2', batch: 32 }, small),
  forward('lite0', 'EfficientNet-Lite0', { network: 'efficientnet-lite0', batch: 32 }, small),
  forward('vgg16', 'VGG16', { network: 'vgg16', batch: 8 }, [{ peers: FASTEST, ratio: 1 }]),
  forward('resnet50', 'ResNet-50', { network: 'resnet50', batch: 32 }, [{ peers: FASTEST, ratio: 1 }]),
  // the other frameworks are measured in float32, their default
  forward('vgg16-bfloat16', 'VGG16', { network: 'vgg16', batch: 8, precision: 'bfloat16' }, [
    { peers: FASTEST, ratio: 1.7 },
  ]),
  forward('resnet50-bfloat16', 'ResNet-50', { network: 'resnet50', batch: 32, precision: 'bfloat16' }, [
    { peers: FASTEST, ratio: 1.7 },
  ]),
];
