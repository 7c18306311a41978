import { PICTURES_FOR_GRAPH, PictureNetwork } from '../../features/pictureNetwork';
import { assignRandomWeights, loadBackbone, multiplyAdds } from '../../models';
import { deviceReport } from '../../tensorflow';
import { measureSpeed } from './speed';

/** How fast a device computes networks, to estimate the time of one that has not been measured. */
export interface DeviceSpeed {
  /** what computes */
  kind: 'CPU' | 'GPU';
  /** such as 'AMD EPYC 7763, 2 threads' */
  name: string;
  /** multiply-adds a second in networks of dense convolutions, such as VGG and ResNet */
  dense: number;
  /** multiply-adds a second in networks of depthwise convolutions, such as MobileNet and EfficientNet: fewer, as they move as much data for less computation */
  depthwise: number;
}

/** The network that is measured for each kind, and its batch size. */
const PROBES = { dense: { name: 'resnet50', pictures: 4 }, depthwise: { name: 'mobilenet-v2', pictures: 16 } } as const;

let measured: Promise<DeviceSpeed> | undefined;

/**
 * Measure the speed of this machine with some forward passes of a ResNet-50 and a MobileNetV2 with random weights. It takes
 * some seconds the first time; later calls return the same result.
 *
 * @example
 * ```ts no-run
 * import { models } from 'tunebook';
 * const { name, dense } = await models.deviceSpeed();
 * console.log(`${name}: ${(dense / 1e9).toFixed(0)} billion multiply-adds a second`);
 * ```
 */
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
  assignRandomWeights(backbone.model, 0); // some processors compute faster with zeros
  const network = new PictureNetwork(backbone, PICTURES_FOR_GRAPH); // compiled to a graph, as for many pictures
  try {
    const milliseconds = measureSpeed(network, backbone, { batchSize: pictures, seconds: 0.5 });
    return (1000 * multiplyAdds(backbone.model)) / milliseconds;
  } finally {
    network.dispose();
    backbone.model.dispose();
  }
}
