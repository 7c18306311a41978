import type { Work } from '../peer';
import type { PeerName } from '../peers';
import type { Row } from '../row';
import { sideBySide } from './sideBySide';

const PEERS: readonly PeerName[] = ['keras', 'torch'];

function step(name: string, title: string, network: string): Row {
  const work: Work = { kind: 'step', network, batch: 16, size: 160, classes: 5 };
  return {
    name: `step-${name}`,
    work: `training step, all layers, ${title}, batch 16, 160 px`,
    unit: 'ms',
    goals: [{ peers: PEERS, ratio: 1.05 }],
    measure: (settings) => sideBySide(new Map((['tunebook', ...PEERS] as const).map((peer) => [peer, work])), settings),
  };
}

/**
 * Adam on all convolutions, with batch normalization frozen and in inference mode; the head is dropout and a dense layer of five classes.
 */
export const stepRows: readonly Row[] = [
  step('mobilenet-v2', 'MobileNetV2', 'mobilenet-v2'),
  step('lite0', 'EfficientNet-Lite0', 'efficientnet-lite0'),
];
