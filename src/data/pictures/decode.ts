import type sharp from 'sharp';
import { UserError } from '../../core/errors';
import type { RawPicture } from '../dataset';
import { openBands } from './bands';
import type { CropBox } from './cropBox';
import { type Enlargement, enlarge } from './enlarge';
import { asUserError, openPicture, type PictureContent } from './openPicture';
import type { Fit, Reading } from './reading';

/**
 * How a picture is resized to the input size of a model. The preprocessing of a backbone has these properties, too; its mean and
 * standard deviation are applied later, when the tensor is made.
 */
export interface ResizeOptions {
  /** side of the square result, in pixels */
  inputSize: number;
  /** fraction of the shorter side that the centre crop keeps: 0.875 for most ImageNet models */
  crop: number;
  interpolation: 'bicubic' | 'bilinear';
  /** of the result: 3 colours, 1 for grey, or so many bands of a TIFF or NumPy array; default 3 */
  channels?: number;
  /**
   * resize mode: crop the centre ('crop'), change the aspect ratio ('stretch'), or add black borders ('pad'); the property `crop`
   * applies to 'crop' only; default 'crop'
   */
  fit?: Fit;
  /** the part of the upright picture to use, from its size; default all of it */
  region?: (size: { width: number; height: number }) => CropBox;
}

/**
 * Decode a picture for a model: rotated as EXIF says, transparency replaced by white, converted to 8-bit sRGB from greyscale, CMYK or
 * 16 bits, and resized with anti-aliasing in one step. An animation gives its first frame. For one channel colours become grey as in
 * television (ITU-R BT.601), as Pillow and torchvision compute it.
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
  const { image, width, height, plain, pixels } = await openPicture(content, reading);
  const how = { ...resize, fit: resize.fit ?? reading?.fit };
  try {
    const part = plain && !resize.region ? enlargementOf({ width, height }, how) : undefined;
    if (part) return enlarge(pixels ?? (await bytesOf(image)), part);
    const region = resize.region ? image.extract(wholePixels(resize.region({ width, height }), width, height)) : image;
    return (await bytesOf(resizeToSquare(region, how))).data;
  } catch (error) {
    throw asUserError(error);
  }
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

/** Larger pictures are enlarged by libvips, which does not keep the whole picture in memory. */
const MOST_ENLARGED = 2 ** 22;

/** The part of a small picture, enlarged, that sharp would show; undefined when it is not enlarged in both directions. */
function enlargementOf(
  { width, height }: { width: number; height: number },
  { inputSize, crop, interpolation, fit = 'crop' }: ResizeOptions,
): Enlargement | undefined {
  if (width * height > MOST_ENLARGED || fit === 'pad') return undefined;
  const square = { interpolation, width: inputSize, height: inputSize };
  if (fit === 'stretch') {
    const scale = [1 / (width / inputSize), 1 / (height / inputSize)] as const;
    return Math.min(...scale) > 1 ? { ...square, scale, left: 0, top: 0 } : undefined;
  }
  const whole = Math.round(inputSize / crop);
  const scale = 1 / (Math.min(width, height) / whole);
  if (scale <= 1) return undefined;
  const margin = Math.floor((whole - inputSize) / 2);
  const start = (side: number) => Math.floor((Math.floor(side * scale + 0.5) - whole + 1) / 2) + margin;
  return { ...square, scale: [scale, scale], left: start(width), top: start(height) };
}

function resizeToSquare(
  image: sharp.Sharp,
  { inputSize, crop, interpolation, fit = 'crop' }: ResizeOptions,
): sharp.Sharp {
  const kernel = interpolation === 'bicubic' ? 'cubic' : 'linear';
  if (fit === 'stretch') return image.resize(inputSize, inputSize, { fit: 'fill', kernel });
  if (fit === 'pad') return image.resize(inputSize, inputSize, { fit: 'contain', background: '#000000', kernel });
  // the whole picture is scaled so that the crop has the input size
  const whole = Math.round(inputSize / crop);
  const margin = Math.floor((whole - inputSize) / 2);
  return image
    .resize(whole, whole, { fit: 'cover', kernel })
    .extract({ left: margin, top: margin, width: inputSize, height: inputSize });
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
