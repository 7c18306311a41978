import { type DeviceReport, deviceReport } from '../tensorflow';
import type { BackboneName } from './families';
import { backboneEntry } from './registry';
import { weightsAvailability } from './weights/availability';

/** Set-up brings its weights. */
const SMALL = 'efficientnet-lite0';
/** The largest of the same family whose weights are published in a package. */
const LARGE = 'efficientnet-lite2';

/**
 * Choose the backbone to begin with: EfficientNet-Lite0 on a CPU; on a GPU EfficientNet-Lite2, which takes more than twice the
 * multiply-adds, if its weights are available.
 *
 * @param device kind of device. Default: the one that TensorFlow runs on
 * @param availability finds out whether weights are available. Default: `models.weightsAvailability`
 * @returns a name in `backbones`
 *
 * @example
 * ```ts
 * import { defaultBackbone } from 'tunebook';
 *
 * await defaultBackbone({ kind: 'CPU' }); // => 'efficientnet-lite0'
 * ```
 */
export async function defaultBackbone(
  device: Pick<DeviceReport, 'kind'> = deviceReport(),
  availability = weightsAvailability,
): Promise<BackboneName> {
  if (device.kind === 'CPU') return SMALL;
  const { from } = await availability(backboneEntry(LARGE));
  return from === 'missing' ? SMALL : LARGE;
}
