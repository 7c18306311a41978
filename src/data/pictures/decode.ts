import type sharp from 'sharp';
import { UserError } from '../../core/errors';
import type { CropBox } from './cropBox';
import { inWords, openPicture, type PictureContent } from './openPicture';
import type { Fit, Reading } from './reading';

/**
 * How a picture is brought to the size that a model takes. A model's preprocessing has these properties, too; its mean and
 * standard deviation are applied later, when the tensor is made.
 */
export interface ResizeOptions {
  /** side of the square result, in pixels */
  inputSize: number;
  /** part of the shorter side that the centre crop keeps: 0.875 for most ImageNet models */
  crop: number;
  interpolation: 'bicubic' | 'bilinear';
  /**
   * how a picture becomes square: its middle is cut out (crop), it is pulled to the square without regard to its proportions
   * (stretch), or it is laid on black as a whole (pad). `crop` belongs to the first only; default crop
   */
  fit?: Fit;
  /** the part of the upright picture that is looked at, chosen by its size; default all of it */
  region?: (size: { width: number; height: number }) => CropBox;
}

/**
 * Decode a picture into the square that a model looks at: turned upright (EXIF), laid on white where it is transparent,
 * converted to 8-bit sRGB from grayscale, CMYK or 16 bits, and brought to size with anti-aliasing, in one resampling. Of an
 * animation the first frame.
 *
 * @param content the file's bytes, or pixels
 * @param reading what is black and white where samples do not have 8 bits, and which bands are the colours, and how it becomes square where the
 *   resize does not say
 * @returns [size, size, 3] as bytes of 0 to 255
 * @throws {UserError} with the reason in words, when it is no picture, a damaged one, too small or too large
 */
export async function decodePicture(
  content: PictureContent,
  resize: ResizeOptions,
  reading?: Reading,
): Promise<Uint8Array> {
  const { image, width, height } = await openPicture(content, reading);
  try {
    const part = resize.region ? image.extract(wholePixels(resize.region({ width, height }), width, height)) : image;
    const { data, info } = await bringToSize(part, { ...resize, fit: resize.fit ?? reading?.fit })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new UserError(`${info.channels} channels after the conversion to sRGB, expected 3`);
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch (error) {
    throw inWords(error);
  }
}

function bringToSize(image: sharp.Sharp, { inputSize, crop, interpolation, fit = 'crop' }: ResizeOptions): sharp.Sharp {
  const kernel = interpolation === 'bicubic' ? 'cubic' : 'linear';
  if (fit === 'stretch') return image.resize(inputSize, inputSize, { fit: 'fill', kernel });
  if (fit === 'pad') return image.resize(inputSize, inputSize, { fit: 'contain', background: '#000000', kernel });
  // The whole picture is scaled so that the crop comes out at the model's size.
  const whole = Math.round(inputSize / crop);
  const margin = Math.floor((whole - inputSize) / 2);
  return image
    .resize(whole, whole, { fit: 'cover', kernel })
    .extract({ left: margin, top: margin, width: inputSize, height: inputSize });
}

/** At least one pixel, inside the picture. */
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
