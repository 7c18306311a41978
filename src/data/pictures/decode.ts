import type sharp from 'sharp';
import { UserError } from '../../core/errors';
import type { RawPicture } from '../dataset';
import { openBands } from './bands';
import type { CropBox } from './cropBox';
import { asUserError, openPicture, type PictureContent } from './openPicture';
import type { Reading } from './reading';
import { resample } from './resample';
import { planResize, type ResizeOptions, roundHalfToEven, type Size } from './resizePlan';

/** Must be increased when `decodePicture` gives other bytes, so that what was computed from the old ones is not used. */
export const DECODING_VERSION = 3;

/**
 * Decode a picture for a model: rotated as EXIF says, transparency replaced by white, converted to 8-bit sRGB from greyscale, CMYK or
 * 16 bits, and resized exactly as torchvision and Pillow resize it. An animation gives its first frame. For one channel colours become
 * grey as in television (ITU-R BT.601), as Pillow and torchvision compute it.
 *
 * @param content the file's bytes, or pixels
 * @param reading how samples that do not have 8 bits are converted, which bands are the colours, and the resize mode when
 *   `resize` has none
 * @returns bytes [size, size, channels], red first
 * @throws {UserError} with the reason, when it is not a picture, or is damaged, too small or too large
 */
export async function decodePicture(
  content: PictureContent,
  resize: ResizeOptions,
  reading?: Reading,
): Promise<Uint8Array> {
  const { channels = 3 } = resize;
  if (channels === 3) return decodeColors(content, resize, reading);
  if (channels === 1) return toGrey(await decodeColors(content, resize, reading));
  const parts = await openBands(content, channels, reading).catch((error: unknown) => {
    throw asUserError(error);
  });
  const how = { ...resize, fit: resize.fit ?? reading?.fit };
  return interleave(await Promise.all(parts.map((part) => decodeColors(part, how))), channels);
}

/** The luminance of RGB bytes. */
const toGrey = (pixels: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: pixels.length / 3 }, (_, i) =>
    Math.round((299 * pixels[3 * i]! + 587 * pixels[3 * i + 1]! + 114 * pixels[3 * i + 2]!) / 1000),
  );

/** Pictures of three bands each as one of all bands. */
function interleave(parts: readonly Uint8Array[], channels: number): Uint8Array {
  const pixels = parts[0]!.length / 3;
  const result = new Uint8Array(pixels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const part = parts[Math.floor(channel / 3)]!;
    for (let i = 0; i < pixels; i++) result[i * channels + channel] = part[3 * i + (channel % 3)]!;
  }
  return result;
}

async function decodeColors(content: PictureContent, resize: ResizeOptions, reading?: Reading): Promise<Uint8Array> {
  const { image, width, height, pixels } = await openPicture(content, reading);
  const { inputSize, interpolation, region } = resize;
  try {
    const box = region && wholePixels(region({ width, height }), width, height);
    const { resized, shown } = planResize(box ?? { width, height }, { ...resize, fit: resize.fit ?? reading?.fit });
    const picture =
      pixels && !box ? pixels : await readPart(image, box ?? { width, height }, { resized, cropped: box });
    const result = resample(picture, { interpolation, resized, part: shown });
    const isSquare = shown.width === inputSize && shown.height === inputSize;
    return isSquare ? result : onBlack(result, shown, inputSize);
  } catch (error) {
    throw asUserError(error);
  }
}

/** A picture in the middle of a black square. */
function onBlack(pixels: Uint8Array, { width, height }: Size, side: number): Uint8Array {
  const result = new Uint8Array(3 * side * side);
  const [left, top] = [roundHalfToEven((side - width) / 2), roundHalfToEven((side - height) / 2)];
  for (let y = 0; y < height; y++) {
    result.set(pixels.subarray(3 * width * y, 3 * width * (y + 1)), 3 * (side * (top + y) + left));
  }
  return result;
}

/** How many times as large as the result a picture stays when it is reduced while it is read. */
const LEAST_KEPT = 4;

/**
 * Read a picture, or a part of it, as RGB bytes. One that is at least eight times as large as the result is reduced by 2, 4 or 8 while it
 * is read, which is faster for JPEG and saves memory, and changes the result by less than a thousandth of the range.
 */
async function readPart(
  image: sharp.Sharp,
  { width, height }: Size,
  { resized, cropped }: { resized: Size; cropped: CropBox | undefined },
): Promise<RawPicture> {
  const part = cropped ? image.extract(cropped) : image;
  const times = Math.min(width / resized.width, height / resized.height);
  const reduction = [8, 4, 2].find((n) => times / n >= LEAST_KEPT) ?? 1;
  if (reduction === 1) return bytesOf(part);
  const small = { width: Math.ceil(width / reduction), height: Math.ceil(height / reduction) };
  return bytesOf(part.resize({ ...small, fit: 'fill', kernel: 'linear' }));
}

/** Decode to RGB bytes. */
async function bytesOf(image: sharp.Sharp): Promise<RawPicture> {
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new UserError(`${info.channels} channels after the conversion to sRGB, expected 3`);
  const { width, height } = info;
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height };
}

/** The box in whole pixels, at least one and inside the picture. */
function wholePixels({ left, top, width, height }: CropBox, across: number, down: number): CropBox {
  const x = Math.min(Math.max(0, Math.round(left)), across - 1);
  const y = Math.min(Math.max(0, Math.round(top)), down - 1);
  return {
    left: x,
    top: y,
    width: Math.min(Math.max(1, Math.round(width)), across - x),
    height: Math.min(Math.max(1, Math.round(height)), down - y),
  };
}
