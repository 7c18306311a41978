import { messageOf, UserError } from '../../core/errors';
import { geotiff, type TiffImage } from '../../core/geotiff';
import { sharp } from '../../core/sharp';
import type { RawPicture } from '../dataset';
import { RANGE_ADVICE, type Reading, type SampleKind, type SampleRange, sampleKindName } from './reading';

/** What the header of a TIFF, or of a 16-bit PNG, says about its samples. */
export interface DeepFormat {
  format: 'tiff' | 'png';
  kind: SampleKind;
  bands: number;
  width: number;
  height: number;
  /** whether the last band is the opacity */
  alpha: boolean;
  /** whether the samples are grey, or red, green and blue; not palette indices, inks or other colour spaces */
  plain: boolean;
  /** orientation of the camera, 1 to 8 (EXIF) */
  orientation: number;
  /** whether 0 is white */
  inverted: boolean;
  /** read the samples of the given bands: [bands][height * width] */
  read(bands: readonly number[]): Promise<ArrayLike<number>[]>;
}

/** Whether the first 32 bytes of a file are those of a TIFF or a 16-bit PNG. */
export function mayBeDeep(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start.subarray(0, 4));
  if (text === 'II*\0' || text === 'MM\0*' || text === 'II+\0' || text === 'MM\0+') return true;
  return text === '\x89PNG' && start[24] === 16;
}

/**
 * Read the sample format of a file.
 *
 * @returns undefined for files other than TIFF and 16-bit PNG, which have 8 bits per sample
 * @throws {UserError} on samples that cannot be read, such as complex numbers
 */
export async function deepFormat(content: Buffer): Promise<DeepFormat | undefined> {
  if (!mayBeDeep(content.subarray(0, 32))) return undefined;
  return content[0] === 0x89 ? pngFormat(content) : tiffFormat(content);
}

async function pngFormat(content: Buffer): Promise<DeepFormat> {
  const { width, height, channels, space, hasAlpha } = await sharp(content).metadata();
  const read = async (bands: readonly number[]) => {
    const image = sharp(content, { failOn: 'truncated', ignoreIcc: true }).toColourspace(space);
    const { data } = await image.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return bands.map((band) => Uint16Array.from({ length: width * height }, (_, i) => values[channels * i + band]!));
  };
  return {
    ...{ format: 'png', kind: 'uint16', bands: channels, width, height, alpha: hasAlpha, plain: true },
    ...{ orientation: 1, inverted: false, read },
  };
}

async function tiffFormat(content: Buffer): Promise<DeepFormat | undefined> {
  let image: TiffImage;
  try {
    const bytes = content.buffer.slice(content.byteOffset, content.byteOffset + content.length) as ArrayBuffer;
    image = await (await geotiff.fromArrayBuffer(bytes)).getImage();
  } catch {
    return undefined; // libvips reports what is wrong with it
  }
  const tag = (name: string) => image.fileDirectory.getValue(name);
  const bits = image.getBitsPerSample();
  if (bits < 8) return undefined; // black and white, or up to 128 greys: fits into 8 bits
  const kind = { 1: `uint${bits}`, 2: `int${bits}`, 3: `float${bits}` }[image.getSampleFormat()] as
    | SampleKind
    | undefined;
  if (kind === undefined || sampleKindName(kind) === undefined) {
    const what = image.getSampleFormat() > 3 ? 'complex samples' : `samples of ${bits} bits`;
    throw new UserError(`a TIFF with ${what}: save it with 8, 16 or 32 bits per sample`);
  }
  const photometric = Number(tag('PhotometricInterpretation') ?? 1);
  const extra = (tag('ExtraSamples') ?? []) as ArrayLike<number> | number;
  const last = typeof extra === 'number' ? extra : extra[extra.length - 1];
  return {
    ...{ format: 'tiff', kind, bands: image.getSamplesPerPixel(), width: image.getWidth(), height: image.getHeight() },
    alpha: last === 1 || last === 2,
    plain: photometric <= 2,
    orientation: Number(tag('Orientation') ?? 1),
    inverted: photometric === 0,
    read: async (bands) => {
      try {
        return await image.readRasters({ samples: [...bands] });
      } catch (error) {
        throw new UserError(`damaged (${messageOf(error)})`);
      }
    },
  };
}

/** Pictures with more pixels would take several GB of memory. */
const MOST_PIXELS = 100e6;
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
  const range = reading.ranges?.[kind] ?? (kind === 'uint8' ? EIGHT : undefined);
  const known = bands - (alpha ? 1 : 0);
  const many = known !== 1 && known !== 3;
  if (!plain && (kind === 'uint8' || kind === 'uint16') && reading.bands === undefined) return undefined; // inks, palettes
  if (kind === 'uint8' && !many && reading.bands === undefined) return undefined;
  if (deep.width * deep.height > MOST_PIXELS) {
    throw new UserError(
      `${sampleKindName(kind)} samples and more than ${MOST_PIXELS / 1e6} million pixels: make it smaller`,
    );
  }
  if (many && reading.bands === undefined) {
    throw new UserError(
      `${bands} bands: give those for red, green and blue, numbered from 0, such as bands [2, 1, 0] (--bands 2,1,0)`,
    );
  }
  const chosen = reading.bands ?? Array.from({ length: known }, (_, i) => i);
  const missing = chosen.find((band) => band >= bands);
  if (missing !== undefined) throw new UserError(`no band ${missing}: it has ${bands}, numbered from 0`);
  const withAlpha = alpha && !chosen.includes(bands - 1);
  const samples = await deep.read(withAlpha ? [...chosen, bands - 1] : chosen);
  if (range === undefined) {
    const [low, high] = extremes(samples.slice(0, chosen.length));
    const whole = kind === 'uint16' && high >= DARK * 65535;
    if (whole && reading.bands === undefined) return undefined;
    if (!whole) {
      throw new UserError(`${sampleKindName(kind)} samples from ${shown(low)} to ${shown(high)}: ${RANGE_ADVICE}`);
    }
  }
  const pixels = toEightBits(samples, deep, chosen.length, range ?? [0, 65535], withAlpha);
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

/** Scale samples linearly to 0 to 255: [height, width, 3]. NaN becomes black, and transparency white. */
function toEightBits(
  samples: readonly ArrayLike<number>[],
  { width, height, kind, inverted }: DeepFormat,
  colors: number,
  [low, high]: SampleRange,
  withAlpha: boolean,
): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  const opaque = kind.startsWith('float') ? 1 : kind === 'uint8' ? 255 : kind === 'uint16' ? 65535 : 2 ** 32 - 1;
  const alphas = withAlpha ? samples[colors]! : undefined;
  for (let channel = 0; channel < 3; channel++) {
    const band = samples[colors === 1 ? 0 : channel]!;
    for (let i = 0; i < width * height; i++) {
      let part = Math.min(1, Math.max(0, (band[i]! - low) / (high - low)));
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
function upright(data: Uint8Array, { width, height, orientation }: DeepFormat): RawPicture {
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
