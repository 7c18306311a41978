import type { Sharp } from 'sharp';
import { messageOf, UserError } from '../../core/errors';
import { sharp } from '../../core/sharp';
import type { RawPicture } from '../dataset';
import { bmpSize, decodeBmp, isBmp } from './bmp';
import { extensionOf, unreadFormat, wasmFormat } from './contentFormat';
import { decodeDeep } from './deepPicture';
import { jpegHeader } from './jpegHeader';
import type { Reading, SampleKind } from './reading';
import { deepFormat } from './sampleFormat';
import { decodeByWasm } from './wasmPicture';

/** Pictures with more pixels are skipped; libvips's default. */
export const LARGEST_PICTURE = 16383 * 16383;
/** Pictures whose shorter side has fewer pixels are skipped, as they show nothing. */
export const SMALLEST_SIDE = 8;

/** The content of a picture file, or decoded pixels. */
export type PictureContent = Buffer | RawPicture;

/** A picture whose header has been read. */
export interface OpenPicture {
  /** sharp's pipeline that decodes it, rotated as EXIF says, with transparency replaced by white */
  image: Sharp;
  /** upright, in pixels */
  width: number;
  /** upright, in pixels */
  height: number;
  /** such as jpeg, png, bmp; `pixels` when it is in memory */
  format: string;
  /** number format of the samples of a TIFF, a 16-bit PNG or a DICOM file */
  samples?: SampleKind;
  /** number of channels in the file */
  channels: number;
  /** its pixels, when they are in memory */
  pixels?: RawPicture;
}

/**
 * Read a picture's header.
 *
 * @param reading how samples that do not have 8 bits are converted, and which bands are the colours
 * @throws {UserError} with the reason, when it is not a picture, too small or too large
 */
export async function openPicture(content: PictureContent, reading?: Reading): Promise<OpenPicture> {
  try {
    const opened = Buffer.isBuffer(content) ? await openFile(content, reading) : openPixels(content, 'pixels');
    checkSize(opened);
    return opened;
  } catch (error) {
    const known = asUserError(error);
    // say what the file is instead, if that is known
    const unread = Buffer.isBuffer(content) ? unreadFormat(content) : undefined;
    throw unread !== undefined && known.message === NOT_A_PICTURE ? new UserError(unread) : known;
  }
}

async function openFile(content: Buffer, reading: Reading | undefined): Promise<OpenPicture> {
  if (isBmp(content)) {
    checkSize(bmpSize(content)); // before memory is allocated
    return openPixels(decodeBmp(content), 'bmp');
  }
  const byWasm = wasmFormat(content);
  if (byWasm) return openPixels(await decodeByWasm(content, byWasm, checkSize), byWasm);
  const deep = await deepFormat(content);
  if (deep) {
    checkSize(deep);
    const pixels = await decodeDeep(deep, reading);
    if (pixels) return { ...openPixels(pixels, deep.format), samples: deep.stored ?? deep.kind, channels: deep.bands };
  }
  // of a TIFF that is damaged or ends too soon, libvips would only warn, and leave black what it cannot decode
  const failOn = extensionOf(content) === '.tif' ? 'error' : 'truncated';
  const image = sharp(content, { failOn, limitInputPixels: LARGEST_PICTURE, autoOrient: true });
  const jpeg = jpegHeader(content);
  if (jpeg?.usual && !jpeg.exif && jpeg.bits === 8 && jpeg.bands !== 4 && jpeg.height > 0) {
    const { width, height, bands: channels } = jpeg;
    return { image, width, height, format: 'jpeg', channels }; // as sharp would say, which would take longer
  }
  const { format, width, height, channels, hasAlpha, autoOrient } = await image.metadata();
  if (format === 'svg' || format === 'pdf') throw new UserError(`a drawing (${format}), not a picture made of pixels`);
  return {
    image: hasAlpha ? image.flatten({ background: '#ffffff' }) : image, // only when needed, as flattening takes an eighth of the time
    width: autoOrient.width ?? width,
    height: autoOrient.height ?? height,
    format,
    ...(deep && { samples: deep.kind }),
    channels,
  };
}

function openPixels(pixels: RawPicture, format: string): OpenPicture {
  const { data, width, height } = pixels;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return { image, width, height, format, channels: 3, pixels };
}

/** @throws {UserError} on a picture that shows nothing, or would fill the memory */
export function checkSize({ width, height }: { width: number; height: number }): void {
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw new UserError(`${width} x ${height} pixels: a side has fewer than ${SMALLEST_SIDE}`);
  }
  if (width * height > LARGEST_PICTURE) throw new UserError(tooLarge);
}

const tooLarge = `more pixels than ${LARGEST_PICTURE.toLocaleString('en')}`;

const NOT_A_PICTURE = 'not a picture: its content is in no known format';

/** An error of libvips as a message that says what is wrong with the picture. */
export function asUserError(error: unknown): UserError {
  return error instanceof UserError ? error : new UserError(reasonFor(messageOf(error)));
}

function reasonFor(message: string): string {
  const first = message.split('\n')[0]!.trim();
  if (/unsupported image format|contains unsupported/i.test(first)) return NOT_A_PICTURE;
  if (/exceeds pixel limit/i.test(first)) return tooLarge;
  if (/premature end|unexpected end|truncat|png read error|bad seek/i.test(message))
    return 'damaged: the file ends too soon';
  if (/^tiff2vips/.test(first)) return `damaged (${first.replace(/^tiff2vips: /, '')})`;
  if (/corrupt header/i.test(first)) return `damaged (${first})`;
  // libvips has one message for all threads: when two pictures fail at once, one may have none
  if (first === '' || /unknown error/i.test(first)) return 'damaged: it cannot be decoded';
  return first;
}
