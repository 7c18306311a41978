import type { Work } from '../peer';
import { inferencePeers, type PeerName, peersFor, worksOf } from '../peers';
import type { Goal, Measurement, Requirement, Row, Settings } from '../row';
import { inTurn, measurementOf, type Participant, sideBySide } from './sideBySide';

const TITLES = {
  'mobilenet-v2': 'MobileNetV2',
  'efficientnet-lite0': 'EfficientNet-Lite0',
  resnet50: 'ResNet-50',
  vgg16: 'VGG16',
  densenet121: 'DenseNet-121',
  'convnext-tiny': 'ConvNeXt-tiny',
};

type Network = keyof typeof TITLES;

const COSINE = 0.999;
/** The outputs must point in the same direction as those in float32. */
const exact: Requirement = {
  text: `cosine ${COSINE}`,
  isMet: ({ cosine }) => (cosine === undefined ? undefined : cosine >= COSINE),
};

const workOf = (network: Network, batch: number): Work => ({ kind: 'forward', network, batch, size: 224 });
/** All rows of a network. */
const groupOf = (network: Network) => `forward ${network}`;
const describe = (network: Network, batch: number) => `forward, ${TITLES[network]}, batch ${batch}, 224 px`;

/** In bfloat16: ONNX Runtime has none for these operations on a processor, and Keras no list of what may be computed in it. */
function inBfloat16(network: Network, batch: number): Row {
  const works = worksOf(['tunebook', 'torch', 'torchCompiled', 'openvino'], {
    ...workOf(network, batch),
    precision: 'bfloat16',
  });
  return {
    name: `forward-${network}-bfloat16`,
    work: `${describe(network, batch)}, bfloat16`,
    group: groupOf(network),
    unit: 'ms',
    goals: [{ peers: inferencePeers, ratio: 1 }],
    requirements: [exact],
    measure: async (settings) => {
      const measurement = await sideBySide(works, settings);
      const { cosine } = measurement;
      if (cosine !== undefined) measurement.notes.push(`least cosine between features in both: ${cosine.toFixed(6)}`);
      return measurement;
    },
  };
}

type Key = PeerName | 'fastest';

/** Two rows, which are measured together: with TensorFlow, and with the fastest engine. */
function inFloat32(network: Network, batch: number, peers: readonly PeerName[]): Row[] {
  const goals: Goal[] = [{ peers: inferencePeers, ratio: 0.95 }];
  const row = (engine: boolean): Row => ({
    name: `forward-${engine ? 'engine-' : ''}${network}-${batch}`,
    work: `${describe(network, batch)}${engine ? ', the fastest engine' : ''}`,
    group: groupOf(network),
    unit: 'ms',
    goals,
    measure: (settings) =>
      withBothEngines(network, batch, peers, settings).then((both) => both[engine ? 'fastest' : 'tunebook']),
  });
  return [row(false), row(true)];
}

/** Measured once for both rows. */
function withBothEngines(
  network: Network,
  batch: number,
  peers: readonly PeerName[],
  settings: Settings,
): Promise<Record<'tunebook' | 'fastest', Measurement>> {
  const work = workOf(network, batch);
  const key = describe(network, batch);
  const measure = async () => {
    const participants = new Map<Key, Participant>();
    participants.set('tunebook', { framework: 'tunebook', work });
    participants.set('fastest', { framework: 'tunebook', work: { ...work, engine: 'auto' } });
    for (const [framework, own] of worksOf(peers, work)) participants.set(framework, { framework, work: own });
    const measured = await inTurn(participants, settings);
    const [own, fastest] = [measured.get('tunebook')!, measured.get('fastest')!];
    if (own.times && fastest.times && fastest.prepared?.engine === 'tensorflow')
      own.times = fastest.times = [...own.times, ...fastest.times]; // the same work twice
    const without = (other: Key) =>
      measurementOf(new Map([...participants].filter(([each]) => each !== other)), measured);
    return { tunebook: without('fastest'), fastest: without('tunebook') };
  };
  if (!settings.shared.has(key)) settings.shared.set(key, measure());
  return settings.shared.get(key) as ReturnType<typeof measure>;
}

/** Those that are the fastest in nearly all rows. The others are measured once for each network, as they take minutes to prepare. */
const fast: readonly PeerName[] = ['onnx', 'openvino'];

/** At several batch sizes. */
const ofNetwork = (network: Network, [first, ...others]: readonly [number, ...number[]]) => [
  ...inFloat32(network, first, peersFor(inferencePeers, network)),
  ...others.flatMap((batch) => inFloat32(network, batch, fast)),
];

/** Runs a frozen backbone on pictures, which takes most of the time of feature extraction. */
export const forwardRows: readonly Row[] = [
  ...ofNetwork('mobilenet-v2', [32, 8, 1]),
  ...ofNetwork('efficientnet-lite0', [32, 8, 1]),
  ...ofNetwork('resnet50', [32, 8, 1]),
  inBfloat16('resnet50', 32),
  ...ofNetwork('vgg16', [8]),
  ...ofNetwork('densenet121', [8, 1]),
  ...ofNetwork('convnext-tiny', [8, 1]),
];
