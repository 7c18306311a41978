import { blurOf } from './blur';
import { perceivedBrightness } from './brightness';
import { isOverexposed } from './overexposure';
import { isUniform } from './uniformity';

/** Longer side of the picture that is measured, in pixels: about as large as a network sees it. Smaller ones stay as they are. */
export const MEASURED_SIDE = 256;

/** How a picture appears. All numbers are finite. */
export interface Appearance {
  /** mean brightness, from 0 to 1 */
  brightness: number;
  /** brightness that 99% of the pixels do not exceed, from 0 to 1 */
  brightest: number;
  /** whether most of it is clipped at the upper end of the range */
  overexposed: boolean;
  /** whether it shows nothing but one colour, with noise or a faint gradient */
  uniform: boolean;
  /** how far its sharpest parts are blurred: a standard deviation in pixels of the measured size; undefined without edges */
  blur: number | undefined;
}

/** @param pixels [height, width, 3] of 0 to 255, with a longer side of at most {@link MEASURED_SIDE} */
export function appearanceOf(pixels: Uint8Array, width: number, height: number): Appearance {
  const count = width * height;
  const gray = new Float32Array(count);
  const histogram = new Uint32Array(256);
  let sum = 0;
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const red = pixels[at]!; // not by destructuring, which takes four times as long
    const green = pixels[at + 1]!;
    const blue = pixels[at + 2]!;
    gray[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
    const perceived = perceivedBrightness(red, green, blue);
    histogram[(perceived + 0.5) | 0]!++;
    sum += perceived;
  }
  const brightness = sum / count / 255;
  return {
    brightness,
    brightest: percentile(histogram, 0.99 * count) / 255,
    overexposed: isOverexposed(pixels, { width, height, brightness }),
    uniform: isUniform(pixels, gray, { width, height, brightness }),
    blur: blurOf(gray, width, height),
  };
}

/** The first value up to which a histogram counts so many. */
function percentile(histogram: Uint32Array, wanted: number): number {
  let counted = 0;
  const value = histogram.findIndex((count) => {
    counted += count;
    return counted >= wanted;
  });
  return value < 0 ? histogram.length - 1 : value;
}
