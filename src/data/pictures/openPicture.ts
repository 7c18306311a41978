import type { Sharp } from 'sharp';
import { messageOf, UserError } from '../../core/errors';
import { sharp } from '../../core/sharp';
import type { RawPicture } from '../dataset';
import { bmpSize, decodeBmp, isBmp } from './bmp';
import { unreadFormat, wasmFormat } from './contentFormat';
import { decodeDeep, deepFormat } from './deepPicture';
import type { Reading, SampleKind } from './reading';
import { decodeByWasm } from './wasmPicture';

/** Pictures of more pixels are skipped: 16383 x 16383, libvips's own default. */
export const LARGEST_PICTURE = 16383 * 16383;
/** Pictures whose shorter side has fewer pixels are skipped: nothing can be seen in them. */
export const SMALLEST_SIDE = 8;

/** A picture as it lies in a file, or decoded. */
export type PictureContent = Buffer | RawPicture;

/** A picture whose header was read. */
export interface OpenPicture {
  /** sharp's pipeline that decodes it, upright (EXIF) and laid on white where it is transparent */
  image: Sharp;
  /** upright, in pixels */
  width: number;
  /** upright, in pixels */
  height: number;
  /** such as jpeg, png, bmp; `pixels` where it was in memory */
  format: string;
  /** of a TIFF, or a PNG of 16 bits: how each sample is stored */
  samples?: SampleKind;
  /** red, green, blue, alpha: how many the file has */
  channels: number;
}

/**
 * Read a picture's header.
 *
 * @param reading what is black and white in pictures that do not have 8 bits a sample, and which bands are the colours
 *
 * @throws {UserError} with the reason in words, when it is no picture, too small or too large
 */
export async function openPicture(content: PictureContent, reading?: Reading): Promise<OpenPicture> {
  try {
    const opened = Buffer.isBuffer(content) ? await openFile(content, reading) : openPixels(content, 'pixels');
    checkSize(opened);
    return opened;
  } catch (error) {
    const known = inWords(error);
    // what a file is instead says more than that it is no picture
    const unread = Buffer.isBuffer(content) ? unreadFormat(content) : undefined;
    throw unread !== undefined && known.message === NO_PICTURE ? new UserError(unread) : known;
  }
}

async function openFile(content: Buffer, reading: Reading | undefined): Promise<OpenPicture> {
  if (isBmp(content)) {
    checkSize(bmpSize(content)); // before it takes memory
    return openPixels(decodeBmp(content), 'bmp');
  }
  const byWasm = wasmFormat(content);
  if (byWasm) return openPixels(await decodeByWasm(content, byWasm, checkSize), byWasm);
  const deep = await deepFormat(content);
  if (deep) {
    checkSize(deep);
    const pixels = await decodeDeep(deep, reading);
    if (pixels) return { ...openPixels(pixels, deep.format), samples: deep.kind, channels: deep.bands };
  }
  const image = sharp(content, { failOn: 'truncated', limitInputPixels: LARGEST_PICTURE, autoOrient: true });
  const { format, width, height, channels, hasAlpha, autoOrient } = await image.metadata();
  if (format === 'svg' || format === 'pdf') throw new UserError(`a drawing (${format}), not a picture made of pixels`);
  return {
    image: hasAlpha ? image.flatten({ background: '#ffffff' }) : image, // flattening costs an eighth of the time
    width: autoOrient.width ?? width,
    height: autoOrient.height ?? height,
    format,
    ...(deep && { samples: deep.kind }),
    channels,
  };
}

function openPixels({ data, width, height }: RawPicture, format: string): OpenPicture {
  return { image: sharp(data, { raw: { width, height, channels: 3 } }), width, height, format, channels: 3 };
}

function checkSize({ width, height }: { width: number; height: number }): void {
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw new UserError(`${width} x ${height} pixels: a side has fewer than ${SMALLEST_SIDE}`);
  }
  if (width * height > LARGEST_PICTURE) throw new UserError(tooLarge);
}

const tooLarge = `more pixels than ${LARGEST_PICTURE.toLocaleString('en')}`;

const NO_PICTURE = 'not a picture: its content is in no known format';

/** libvips says what failed inside it; a person wants to know what is wrong with the picture. */
export function inWords(error: unknown): UserError {
  return error instanceof UserError ? error : new UserError(reasonInWords(messageOf(error)));
}

function reasonInWords(message: string): string {
  const first = message.split('\n')[0]!.trim();
  if (/unsupported image format|contains unsupported/i.test(first)) return NO_PICTURE;
  if (/exceeds pixel limit/i.test(first)) return tooLarge;
  if (/premature end|unexpected end|truncat|png read error|bad seek/i.test(message))
    return 'damaged: the file ends too soon';
  if (/corrupt header/i.test(first)) return `damaged (${first})`;
  // libvips keeps one message for all threads, so two pictures that fail at once may leave one of them without
  if (first === '' || /unknown error/i.test(first)) return 'damaged: it cannot be decoded';
  return first;
}
