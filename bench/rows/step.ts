import type { Work } from '../peer';
import { peersFor, trainingPeers, worksOf } from '../peers';
import type { Row } from '../row';
import { sideBySide } from './sideBySide';

function step(name: string, title: string, network: string): Row {
  const work: Work = { kind: 'step', network, batch: 16, size: 160, classes: 5 };
  return {
    name: `step-${name}`,
    work: `training step, all layers, ${title}, batch 16, 160 px`,
    unit: 'ms',
    goals: [{ peers: trainingPeers, ratio: 1.3 }],
    measure: (settings) => sideBySide(worksOf(['tunebook', ...peersFor(trainingPeers, network)], work), settings),
  };
}

/**
 * Adam on all convolutions, with batch normalization frozen and in inference mode; the head is dropout and a dense layer of five classes.
 */
export const stepRows: readonly Row[] = [
  step('mobilenet-v2', 'MobileNetV2', 'mobilenet-v2'),
  step('lite0', 'EfficientNet-Lite0', 'efficientnet-lite0'),
  step('convnext-tiny', 'ConvNeXt-tiny', 'convnext-tiny'),
];
