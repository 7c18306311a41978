import type { Preprocessing } from './preprocessing';

/**
 * Fit a preprocessing to pictures with another number of channels than its weights were trained on.
 *
 * One channel gets the average of the means and deviations of the colours, as in timm, and several get those of one. For other numbers
 * nothing is known: pixels become -1 to 1 until mean and deviation are measured on the pictures.
 *
 * @param channels of the pictures
 * @returns the preprocessing, and whether its mean and deviation are unknown
 */
export function fitChannels(
  preprocessing: Preprocessing,
  channels: number,
): { preprocessing: Preprocessing; unknown: boolean } {
  const { mean, std, channelOrder: _, channels: __, ...rest } = preprocessing;
  const others = channels === 3 ? {} : { channels };
  if (mean.length === channels) return { preprocessing: { ...preprocessing, ...others }, unknown: false };
  const repeated = (values: readonly number[]) => new Array<number>(channels).fill(values[0]!);
  if (mean.length === 1) {
    return { preprocessing: { ...rest, ...others, mean: repeated(mean), std: repeated(std) }, unknown: false };
  }
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (channels === 1) {
    return { preprocessing: { ...rest, ...others, mean: [average(mean)], std: [average(std)] }, unknown: false };
  }
  return { preprocessing: { ...rest, ...others, mean: repeated([127.5]), std: repeated([127.5]) }, unknown: true };
}
