import type { Listener } from '../core/listener';
import { decodeAll, type Example } from '../data';
import type { Backbone } from '../models';

/** The most pictures that are looked at, evenly spaced: their mean is known to less than a tenth of the deviation. */
const MOST_EXAMINED = 200;

/**
 * Measure mean and standard deviation of each channel on pictures, where no weights say them: for bands of a satellite, for instance.
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
  const { channels = 3 } = preprocessing;
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
