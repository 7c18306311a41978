import { UserError } from '../../core/errors';

/** How geometric operations compute pixels between those of a picture (interpolation) and outside of it (fill). */
export interface Warping {
  /** Interpolation between pixels. Default: `'bilinear'` */
  interpolation: 'nearest' | 'bilinear';
  /**
   * What lies outside the picture, as in Keras's ImageDataGenerator: `'nearest'` repeats the edge pixel,
   * `'reflect'` mirrors the picture (dcba|abcd|dcba), `'wrap'` repeats it (abcd|abcd|abcd), `'constant'` is one
   * value. `'nearest'` and `'reflect'` give the same pixels as Keras. With `'constant'` edge pixels blend with the
   * value, where Keras cuts at their centres; with `'wrap'` Keras repeats with a period that is one pixel shorter.
   * Default: `'nearest'`
   */
  fill: 'nearest' | 'reflect' | 'wrap' | 'constant';
  /** Value outside the picture for fill `'constant'`, from 0 to 255. Default: 0 */
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

/** Whether two operations interpolate and fill in the same way, so that they can be merged. */
export const sameWarping = (a: Warping, b: Warping): boolean =>
  a.interpolation === b.interpolation && a.fill === b.fill && (a.fill !== 'constant' || a.fillValue === b.fillValue);
