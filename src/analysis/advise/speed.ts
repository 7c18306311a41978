import type { PictureNetwork } from '../../features';
import type { Backbone } from '../../models';

export interface SpeedOptions {
  /** pictures in a forward pass. Default: 16, as in feature extraction */
  batchSize?: number;
  /** how long to repeat the forward pass; it is repeated 3 to 15 times. Default: 1 */
  seconds?: number;
}

/**
 * Measure the milliseconds that a network takes for one picture on this machine: the median of some forward passes after a first
 * one that is not counted. Decoding is not included.
 */
export function measureSpeed(
  network: Pick<PictureNetwork, 'run'>,
  { entry }: Pick<Backbone, 'entry'>,
  { batchSize = 16, seconds = 1 }: SpeedOptions = {},
): number {
  const { inputSize, channels = 3 } = entry.preprocessing;
  const picture = Uint8Array.from({ length: inputSize * inputSize * channels }, (_, i) => (i * 31) % 256);
  const pictures = new Array<Uint8Array>(batchSize).fill(picture);
  network.run(pictures);
  const times: number[] = [];
  const began = performance.now();
  while (times.length < 3 || (performance.now() - began < 1000 * seconds && times.length < 15)) {
    const start = performance.now();
    network.run(pictures);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]! / batchSize;
}
