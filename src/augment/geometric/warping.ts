import { UserError } from '../../core/errors';

/** How pixels are read that lie between, or outside of, the picture's own. */
export interface Warping {
  /** default bilinear */
  interpolation: 'nearest' | 'bilinear';
  /**
   * what lies outside, as in Keras's ImageDataGenerator: the edge goes on (nearest), the picture is mirrored
   * (dcba|abcd|dcba, reflect), repeated (abcd|abcd|abcd, wrap), or one value (constant); default nearest. nearest and
   * reflect agree with Keras in every pixel. At constant, Keras cuts hard where the outermost pixels' centres lie, and
   * here they blend with the value; at wrap, Keras repeats with a period one pixel short of the picture.
   */
  fill: 'nearest' | 'reflect' | 'wrap' | 'constant';
  /** 0 to 255, for fill 'constant'; default 0 */
  fillValue: number;
}

export const defaultWarping: Warping = { interpolation: 'bilinear', fill: 'nearest', fillValue: 0 };

const interpolations = ['nearest', 'bilinear'];
const fills = ['nearest', 'reflect', 'wrap', 'constant'];

/** @throws {UserError} on an unknown interpolation or fill mode, or a fill value outside of 0 to 255 */
export function checkWarping(caller: string, { interpolation, fill, fillValue }: Warping): Warping {
  if (!interpolations.includes(interpolation)) {
    throw new UserError(`${caller}: interpolation must be ${interpolations.join(' or ')}, got '${interpolation}'`);
  }
  if (!fills.includes(fill)) throw new UserError(`${caller}: fill must be one of ${fills.join(', ')}, got '${fill}'`);
  if (!(fillValue >= 0 && fillValue <= 255)) {
    throw new UserError(`${caller}: fillValue must be a number from 0 to 255, got ${fillValue}`);
  }
  return { interpolation, fill, fillValue };
}

/** Whether two ops read pixels in the same way, so that they can be done in one. */
export const sameWarping = (a: Warping, b: Warping): boolean =>
  a.interpolation === b.interpolation && a.fill === b.fill && (a.fill !== 'constant' || a.fillValue === b.fillValue);
