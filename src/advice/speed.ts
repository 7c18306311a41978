import type { Backbone } from '../models';
import type { PictureNetwork } from '../transfer';

/** Pictures a forward pass, as in feature extraction. */
const BATCH = 16;

/**
 * Milliseconds that a network takes for a picture on this machine: the median of some forward passes over 16 pictures, after
 * one that warms up. Decoding is not in it.
 *
 * @param seconds measured for so long, but three passes at least
 */
export function measureSpeed(
  network: Pick<PictureNetwork, 'run'>,
  { entry }: Pick<Backbone, 'entry'>,
  seconds = 1,
): number {
  const { inputSize } = entry.preprocessing;
  const picture = Uint8Array.from({ length: inputSize * inputSize * 3 }, (_, i) => (i * 31) % 256);
  const pictures = new Array<Uint8Array>(BATCH).fill(picture);
  network.run(pictures);
  const times: number[] = [];
  const began = performance.now();
  while (times.length < 3 || (performance.now() - began < 1000 * seconds && times.length < 15)) {
    const start = performance.now();
    network.run(pictures);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]! / BATCH;
}
