import { PICTURES_FOR_GRAPH, PictureNetwork } from '../../features/pictureNetwork';
import { assignRandomWeights, loadBackbone, multiplyAdds } from '../../models';
import { deviceReport } from '../../tensorflow';
import { measureSpeed } from './speed';

/** How fast a device computes networks: enough to guess the time of one that was not measured. */
export interface DeviceSpeed {
  kind: 'CPU' | 'GPU';
  /** e.g. 'AMD EPYC 7763, 2 threads' */
  name: string;
  /** multiply-adds a second in networks of dense convolutions: VGG, ResNet */
  dense: number;
  /** in those of depthwise convolutions, which compute less and move as much: MobileNet, EfficientNet */
  depthwise: number;
}

/** The network that speaks for each kind, and how many pictures it is given. */
const PROBES = { dense: { name: 'resnet50', pictures: 4 }, depthwise: { name: 'mobilenet-v2', pictures: 16 } } as const;

let measured: Promise<DeviceSpeed> | undefined;

/** Measure this machine with some forward passes of a ResNet-50 and a MobileNetV2 with random weights; once a process, some seconds. */
export function deviceSpeed(): Promise<DeviceSpeed> {
  measured ??= measure();
  return measured;
}

async function measure(): Promise<DeviceSpeed> {
  const { kind, name, threads } = deviceReport();
  const dense = await throughput(PROBES.dense);
  const depthwise = await throughput(PROBES.depthwise);
  return { kind, name: kind === 'CPU' ? `${name}, ${threads} threads` : name, dense, depthwise };
}

async function throughput({ name, pictures }: (typeof PROBES)['dense' | 'depthwise']): Promise<number> {
  const backbone = await loadBackbone(name, { weights: 'none' });
  assignRandomWeights(backbone.model, 0); // with zeros some processors are faster
  const network = new PictureNetwork(backbone, PICTURES_FOR_GRAPH); // the way that many pictures take
  try {
    const milliseconds = measureSpeed(network, backbone, { batchSize: pictures, seconds: 0.5 });
    return (1000 * multiplyAdds(backbone.model)) / milliseconds;
  } finally {
    network.dispose();
    backbone.model.dispose();
  }
}
