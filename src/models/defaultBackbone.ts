import { type DeviceReport, deviceReport } from '../tensorflow';
import type { BackboneName } from './families';
import { backboneEntry } from './registry';
import { weightsAvailability } from './weights/availability';

/** Its weights come with the set-up. */
const SMALL = 'efficientnet-lite0';
/** The largest of the same family whose weights can be had. */
const LARGE = 'efficientnet-lite2';

/**
 * The backbone to begin with: EfficientNet-Lite0 on a CPU; with a GPU EfficientNet-Lite2, which takes more than twice the
 * multiply-adds, unless its weights cannot be had.
 *
 * @param device default: what TensorFlow runs on
 * @param availability finds out whether weights can be had
 * @returns a name in the registry
 */
export async function defaultBackbone(
  device: Pick<DeviceReport, 'kind'> = deviceReport(),
  availability = weightsAvailability,
): Promise<BackboneName> {
  if (device.kind === 'CPU') return SMALL;
  const { from } = await availability(backboneEntry(LARGE));
  return from === 'missing' ? SMALL : LARGE;
}
