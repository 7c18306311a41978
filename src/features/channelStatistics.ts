import type { Listener } from '../core/listener';
import { decodeAll, type Example, isRangeOfBands, type Reading, type SampleRange } from '../data';
import type { Backbone, Preprocessing } from '../models';

/** The most pictures that are looked at, evenly spaced: their mean is known to less than a tenth of the deviation. */
const MOST_EXAMINED = 200;

/**
 * Measure mean and standard deviation of each channel on pictures, where no weights say them: for bands of a satellite, for instance. Where
 * weights say them for certain sample values (`Preprocessing.range`), they are converted to the values that the pictures are read with.
 *
 * @param backbone not changed; with known statistics it is returned as it is
 * @param examples training pictures; those that cannot be read are left out
 * @param listener is asked whether to stop
 * @returns the backbone whose `entry.preprocessing` has them, on the scale 0 to 255
 *
 * @example
 * ```ts
 * import { features, imageFolder, loadBackbone } from 'tunebook';
 *
 * const backbone = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 64, inputChannels: 1 });
 * const measured = await features.withChannelStatistics(backbone, imageFolder('photos').examples);
 * measured.entry.preprocessing.mean.length; // => 1
 * ```
 */
export async function withChannelStatistics(
  backbone: Backbone,
  examples: readonly Example[],
  listener: Pick<Listener, 'shouldStop'> = {},
): Promise<Backbone> {
  if (!backbone.unknownStatistics) return backbone;
  const { unknownStatistics: _, entry, ...rest } = backbone;
  const { preprocessing } = entry;
  const { channels = 3, range } = preprocessing;
  if (range) return { ...rest, entry: { ...entry, preprocessing: asRead(preprocessing, examples[0]?.reading) } };
  const every = Math.max(1, examples.length / MOST_EXAMINED);
  const some = Array.from({ length: Math.ceil(examples.length / every) }, (_, i) => examples[Math.floor(i * every)]!);
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  let count = 0;
  for await (const { pixels } of decodeAll(some, preprocessing)) {
    if (listener.shouldStop?.()) break;
    if (!pixels) continue;
    count += pixels.length / channels;
    for (let i = 0; i < pixels.length; i++) {
      sums[i % channels]! += pixels[i]!;
      squares[i % channels]! += pixels[i]! ** 2;
    }
  }
  if (count === 0) return backbone; // nothing can be read: whoever needs the pictures says why
  const mean = Array.from(sums, (sum) => sum / count);
  // a band that is the same everywhere would be divided by 0
  const std = mean.map((value, i) => Math.max(1, Math.sqrt(Math.max(0, squares[i]! / count - value ** 2))));
  return { ...rest, entry: { ...entry, preprocessing: { ...preprocessing, mean, std } } };
}

/** The preprocessing with mean and deviation of pixels, which a reading makes of sample values. */
function asRead({ range, ...preprocessing }: Preprocessing, { ranges = {} }: Reading = {}): Preprocessing {
  const read = Object.values(ranges)[0];
  if (!range || read === undefined || read === 'window') return preprocessing; // 8 bits: 255 is all light
  const size = range[1] - range[0];
  const parts = preprocessing.mean.map((mean, channel) => {
    const [low, high] = isRangeOfBands(read) ? (read[channel] ?? read[0]!) : (read as SampleRange);
    const scale = (high - low) / size; // a step of a pixel, on the scale of mean and deviation
    return { mean: (mean - (255 * (low - range[0])) / size) / scale, std: preprocessing.std[channel]! / scale };
  });
  return { ...preprocessing, mean: parts.map((part) => part.mean), std: parts.map((part) => part.std) };
}
