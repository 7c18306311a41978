import sharp from 'sharp';
import { messageOf, UserError } from '../errors';
import type { Preprocessing } from '../models/registry';

/** Pictures of more pixels are skipped: 16383 x 16383, libvips's own default. */
export const LARGEST_PICTURE = 16383 * 16383;
/** Pictures whose shorter side has fewer pixels are skipped: nothing can be seen in them. */
export const SMALLEST_SIDE = 8;

/** The part of {@link Preprocessing} that happens in pixels; mean and std are applied as the tensor is made. */
export type Framing = Pick<Preprocessing, 'inputSize' | 'crop' | 'interpolation'>;

/**
 * Decode a picture into the square that a model looks at: turned upright (EXIF), laid on white where it is transparent,
 * converted to 8-bit sRGB from grayscale, CMYK or 16 bits, centre-cropped and resized with anti-aliasing. Of an animation
 * the first frame.
 *
 * @param content the file's bytes
 * @returns [size, size, 3] as bytes of 0 to 255
 * @throws {UserError} with the reason in words, when it is no picture, a damaged one, too small or too large
 */
export async function decodePicture(content: Buffer, { inputSize, crop, interpolation }: Framing): Promise<Uint8Array> {
  try {
    const image = sharp(content, { failOn: 'truncated', limitInputPixels: LARGEST_PICTURE, autoOrient: true });
    const { format, width, height } = await image.metadata();
    if (format === 'svg' || format === 'pdf')
      throw new UserError(`a drawing (${format}), not a picture made of pixels`);
    if (Math.min(width, height) < SMALLEST_SIDE) {
      throw new UserError(`${width} x ${height} pixels: a side has fewer than ${SMALLEST_SIDE}`);
    }
    // The whole picture is scaled so that the crop comes out at the model's size, in one resampling.
    const whole = Math.round(inputSize / crop);
    const margin = Math.floor((whole - inputSize) / 2);
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .resize(whole, whole, { fit: 'cover', kernel: interpolation === 'bicubic' ? 'cubic' : 'linear' })
      .extract({ left: margin, top: margin, width: inputSize, height: inputSize })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new UserError(`${info.channels} channels after the conversion to sRGB, expected 3`);
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch (error) {
    throw new UserError(reasonInWords(messageOf(error)));
  }
}

/** libvips says what failed inside it; a person wants to know what is wrong with the picture. */
function reasonInWords(message: string): string {
  const first = message.split('\n')[0]!.trim();
  if (/unsupported image format|contains unsupported/i.test(first))
    return 'not a picture: its content is in no known format';
  if (/exceeds pixel limit/i.test(first)) return `more pixels than ${LARGEST_PICTURE.toLocaleString('en')}`;
  if (/premature end|unexpected end|truncat|png read error|bad seek/i.test(message))
    return 'damaged: the file ends too soon';
  if (/corrupt header/i.test(first)) return `damaged (${first})`;
  // libvips keeps one message for all threads, so two pictures that fail at once may leave one of them without
  if (first === '' || /unknown error/i.test(first)) return 'damaged: it cannot be decoded';
  return first;
}
