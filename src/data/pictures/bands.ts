import { UserError } from '../../core/errors';
import type { RawPicture } from '../dataset';
import type { DeepFormat } from './deepFormat';
import { linear, MOST_PIXELS, upright } from './deepPicture';
import { checkSize, type PictureContent } from './openPicture';
import { isRangeOfBands, RANGE_ADVICE, type Reading, type SampleRange, sampleKindName } from './reading';
import { deepFormat } from './sampleFormat';

/**
 * Read a picture of many bands, such as a satellite's, as 8 bits a band: bands in threes, each like a picture of red, green and blue, so
 * that they are resized as colours are. If the last three are not complete, the last band is repeated.
 *
 * @param channels how many bands the network takes
 * @param reading which bands these are (default: all, in the order of the file), and which of their values become 0 and 255
 * @throws {UserError} when the picture has another number of bands, or it is unknown how its values become 8 bits
 */
export async function openBands(
  content: PictureContent,
  channels: number,
  reading: Reading = {},
): Promise<RawPicture[]> {
  const deep = Buffer.isBuffer(content) ? await deepFormat(content) : undefined;
  if (!deep) {
    throw new UserError(
      `at most 4 channels, and the network takes ${channels}: pictures of many bands are TIFF files or NumPy arrays (.npy)`,
    );
  }
  checkSize(deep);
  const { bands, alpha, width, height } = deep;
  if (width * height > MOST_PIXELS / 10) {
    throw new UserError(`${bands} bands and more than ${MOST_PIXELS / 1e7} million pixels: make it smaller`);
  }
  const chosen = reading.bands ?? Array.from({ length: bands - (alpha ? 1 : 0) }, (_, i) => i);
  if (chosen.length !== channels) {
    throw new UserError(
      reading.bands
        ? `${chosen.length} bands are chosen, and the network takes ${channels}: give as many (--bands), or inputChannels ${chosen.length}`
        : `${chosen.length} bands, and the network takes ${channels}: choose bands (--bands), or give the backbone inputChannels ${chosen.length}`,
    );
  }
  const missing = chosen.find((band) => band >= bands);
  if (missing !== undefined) throw new UserError(`no band ${missing}: it has ${bands}, numbered from 0`);
  const ranges = rangesOf(deep, chosen.length, reading);
  const samples = await deep.read(chosen);
  const planes = samples.map((plane, i) => {
    const part = linear(ranges[i]!);
    return Uint8Array.from({ length: width * height }, (_, at) => Math.round(255 * (part(plane[at]!) || 0))); // NaN is no data
  });
  return Array.from({ length: Math.ceil(channels / 3) }, (_, third) => {
    const data = new Uint8Array(3 * width * height);
    for (let color = 0; color < 3; color++) {
      const plane = planes[Math.min(3 * third + color, channels - 1)]!;
      for (let at = 0; at < plane.length; at++) data[3 * at + color] = plane[at]!;
    }
    return upright(data, deep);
  });
}

/** The values of each band that become 0 and 255. */
function rangesOf({ kind }: DeepFormat, count: number, reading: Reading): SampleRange[] {
  const given = reading.ranges?.[kind] ?? (kind === 'uint8' ? ([0, 255] as const) : undefined);
  if (given === undefined || given === 'window')
    throw new UserError(`${sampleKindName(kind)} samples: ${RANGE_ADVICE}`);
  if (!isRangeOfBands(given)) return new Array<SampleRange>(count).fill(given);
  if (given.length === count) return [...given];
  throw new UserError(`${given.length} ranges of values for ${count} bands`);
}
