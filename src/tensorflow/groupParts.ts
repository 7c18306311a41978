/**
 * Channels that a dense convolution of several groups has. The convolutions of TensorFlow's CPU are slow below 16, and of more channels
 * most products are with zeros. Measured for ResNeXt-50 and RegNetY at batches of 8, where 8 and 32 were slower.
 */
const CHANNELS = 16;

/**
 * A grouped convolution as a few dense ones: how many groups each of them has.
 *
 * @param groups of the whole convolution
 * @param channels that the filters of a group see
 */
export function groupParts(groups: number, channels: number): number[] {
  const most = Math.min(groups, Math.max(1, Math.round(CHANNELS / channels)));
  return Array.from({ length: Math.ceil(groups / most) }, (_, part) => Math.min(most, groups - part * most));
}

/**
 * Ones where a filter of a dense convolution sees a channel of its own group, zeros elsewhere.
 *
 * @returns [groups * channels, groups * filters], row by row
 */
export function groupMask(groups: number, channels: number, filters: number): Float32Array {
  const mask = new Float32Array(groups * channels * groups * filters);
  for (let row = 0; row < groups * channels; row++) {
    const start = row * groups * filters + Math.floor(row / channels) * filters;
    mask.fill(1, start, start + filters);
  }
  return mask;
}
