import { UserError } from '../../core/errors';
import type { RawPicture } from '../dataset';
import type { DeepFormat } from './deepFormat';
import { isRangeOfBands, RANGE_ADVICE, type Reading, type SampleRange, sampleKindName } from './reading';

/** Pictures with more pixels would take several GB of memory. */
export const MOST_PIXELS = 100e6;
/** 16-bit pictures whose values stay below this fraction of the range come from cameras with fewer bits, and would be dark. */
const DARK = 1 / 8;

/**
 * Convert a picture to 8 bits when libvips would not do it correctly.
 *
 * @returns undefined when libvips reads it correctly: 8 bits, or 16 bits that are all used
 * @throws {UserError} when the values for black and white, or the bands for the colours, are unknown
 */
export async function decodeDeep(deep: DeepFormat, reading: Reading = {}): Promise<RawPicture | undefined> {
  const { kind, alpha, plain, bands } = deep;
  const given = reading.ranges?.[kind];
  const asked = isRangeOfBands(given) ? undefined : given;
  if (reading.bands && reading.bands.length !== 1 && reading.bands.length !== 3) {
    const count = reading.bands.length;
    throw new UserError(
      `${count} bands are chosen for a network of 3 channels: give it inputChannels ${count} (--input-channels)`,
    );
  }
  // without a range, a DICOM file is shown as it says
  const display = kind === 'dicom' && (asked === undefined || asked === 'window') ? deep.display : undefined;
  if (asked === 'window' && !display) {
    throw new UserError(`a DICOM file without a window, while the others are shown through theirs: ${RANGE_ADVICE}`);
  }
  const range = asked === 'window' ? undefined : (asked ?? (kind === 'uint8' ? EIGHT : undefined));
  const known = bands - (alpha ? 1 : 0);
  const many = known !== 1 && known !== 3;
  if (!plain && (kind === 'uint8' || kind === 'uint16') && reading.bands === undefined) return undefined; // inks, palettes
  const byLibvips = deep.format === 'tiff' || deep.format === 'png';
  if (kind === 'uint8' && !many && reading.bands === undefined && byLibvips) return undefined;
  if (deep.width * deep.height > MOST_PIXELS) {
    throw new UserError(
      `${sampleKindName(kind)} samples and more than ${MOST_PIXELS / 1e6} million pixels: make it smaller`,
    );
  }
  if (many && reading.bands === undefined) {
    throw new UserError(
      `${bands} bands: give those for red, green and blue, numbered from 0, such as bands [2, 1, 0] (--bands 2,1,0), or the backbone inputChannels ${bands} (--input-channels ${bands})`,
    );
  }
  const chosen = reading.bands ?? Array.from({ length: known }, (_, i) => i);
  const missing = chosen.find((band) => band >= bands);
  if (missing !== undefined) throw new UserError(`no band ${missing}: it has ${bands}, numbered from 0`);
  const withAlpha = alpha && !chosen.includes(bands - 1);
  const samples = await deep.read(withAlpha ? [...chosen, bands - 1] : chosen);
  if (range === undefined && !display) {
    const [low, high] = extremes(samples.slice(0, chosen.length));
    const whole = kind === 'uint16' && high >= DARK * 65535;
    if (whole && reading.bands === undefined && byLibvips) return undefined;
    if (!whole) {
      throw new UserError(`${sampleKindName(kind)} samples from ${shown(low)} to ${shown(high)}: ${RANGE_ADVICE}`);
    }
  }
  const brightness = display?.brightness ?? linear(range ?? [0, 65535]);
  const pixels = toEightBits(samples, deep, chosen.length, brightness, withAlpha);
  return upright(pixels, deep);
}

const EIGHT: SampleRange = [0, 255];

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));

/** The smallest and largest sample; NaN and infinities (no data) are ignored. */
export function extremes(samples: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const band of samples) {
    for (let i = 0; i < band.length; i++) {
      const value = band[i]!;
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
  }
  return [low, high];
}

export const linear =
  ([low, high]: SampleRange) =>
  (value: number) =>
    Math.min(1, Math.max(0, (value - low) / (high - low)));

/** Samples as 0 to 255: [height, width, 3]. NaN becomes black, and transparency white. */
function toEightBits(
  samples: readonly ArrayLike<number>[],
  { width, height, kind, inverted }: DeepFormat,
  colors: number,
  brightness: (value: number) => number,
  withAlpha: boolean,
): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  const opaque = kind.startsWith('float') ? 1 : kind === 'uint8' ? 255 : kind === 'uint16' ? 65535 : 2 ** 32 - 1;
  const alphas = withAlpha ? samples[colors]! : undefined;
  for (let channel = 0; channel < 3; channel++) {
    const band = samples[colors === 1 ? 0 : channel]!;
    for (let i = 0; i < width * height; i++) {
      let part = brightness(band[i]!);
      if (!(part >= 0)) part = 0;
      if (inverted) part = 1 - part;
      if (alphas) {
        const alpha = Math.min(1, alphas[i]! / opaque);
        part = part * alpha + (1 - alpha);
      }
      data[3 * i + channel] = Math.round(255 * part);
    }
  }
  return data;
}

/** Rotate and mirror as the EXIF orientation says. */
export function upright(data: Uint8Array, { width, height, orientation }: DeepFormat): RawPicture {
  if (!(orientation > 1 && orientation <= 8)) return { data, width, height };
  const swapped = orientation >= 5;
  const [w, h] = swapped ? [height, width] : [width, height];
  const result = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [a, b] = swapped ? [y, x] : [x, y]; // column and row in the file, before mirroring
      const column = [2, 3, 7, 8].includes(orientation) ? width - 1 - a : a;
      const row = [3, 4, 6, 7].includes(orientation) ? height - 1 - b : b;
      const from = 3 * (row * width + column);
      for (let channel = 0; channel < 3; channel++) result[3 * (y * w + x) + channel] = data[from + channel]!;
    }
  }
  return { data: result, width: w, height: h };
}
