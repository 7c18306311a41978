import { messageOf, UserError } from '../../core/errors';
import { geotiff, type TiffImage } from '../../core/geotiff';
import { sharp } from '../../core/sharp';
import type { DeepFormat } from './deepFormat';
import { dicomFormat } from './dicom/dicomFormat';
import { DICOM_START, isDicom } from './dicom/isDicom';
import { isNpy, npyFormat } from './npyFormat';
import { type SampleKind, sampleKindName } from './reading';

/** Bytes at the start of a file that {@link mayBeDeep} looks at. */
export const START = DICOM_START;

/** Whether a file may have samples of other than 8 bits: a TIFF, 16-bit PNG, DICOM file or NumPy array, by its first bytes. */
export function mayBeDeep(start: Uint8Array): boolean {
  if (isDicom(start) || isNpy(start)) return true;
  const text = String.fromCharCode(...start.subarray(0, 4));
  if (text === 'II*\0' || text === 'MM\0*' || text === 'II+\0' || text === 'MM\0+') return true;
  return text === '\x89PNG' && start[24] === 16;
}

/**
 * Read the sample format of a file.
 *
 * @returns undefined for files other than TIFF, 16-bit PNG, DICOM and NumPy arrays, which have 8 bits per sample
 * @throws {UserError} on samples that cannot be read, such as complex numbers, and on damaged DICOM files
 */
export async function deepFormat(content: Buffer): Promise<DeepFormat | undefined> {
  const start = content.subarray(0, START);
  if (!mayBeDeep(start)) return undefined;
  if (isDicom(start)) return dicomFormat(content);
  if (isNpy(start)) return npyFormat(content);
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
