import type { CropBox } from './cropBox';
import type { Fit } from './reading';

/** A size in pixels. */
export interface Size {
  width: number;
  height: number;
}

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
  region?: (size: Size) => CropBox;
}

/**
 * How large the whole picture becomes, and which part of that is used: as torchvision's Resize and CenterCrop, and Pillow's
 * ImageOps.pad, round it.
 */
export function planResize(
  { width, height }: Size,
  { inputSize, crop, fit = 'crop' }: ResizeOptions,
): { resized: Size; shown: CropBox } {
  const square = { width: inputSize, height: inputSize };
  if (fit === 'stretch') return { resized: square, shown: { left: 0, top: 0, ...square } };
  if (fit === 'pad') {
    const side = (own: number, other: number) => Math.max(1, Math.round(Math.min(1, own / other) * inputSize));
    const resized = { width: side(width, height), height: side(height, width) };
    return { resized, shown: { left: 0, top: 0, ...resized } };
  }
  const shorter = resizedSide({ inputSize, crop });
  const side = (own: number, other: number) => (own <= other ? shorter : Math.trunc((shorter * own) / other));
  const resized = { width: side(width, height), height: side(height, width) };
  const start = (length: number) => roundHalfToEven((length - inputSize) / 2);
  return { resized, shown: { left: start(resized.width), top: start(resized.height), ...square } };
}

/**
 * The shorter side, in pixels, to which a picture is resized before the centre is cropped to the input size: 256 for 224 and a crop of
 * 0.875. Rounded down as timm does.
 */
export const resizedSide = ({ inputSize, crop }: Pick<ResizeOptions, 'inputSize' | 'crop'>): number =>
  Math.floor(inputSize / crop + 1e-6); // 240 / (240 / 255) is less than 255 in floating point

/** As Python rounds: 2.5 to 2, 3.5 to 4. */
export function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
