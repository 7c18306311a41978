import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { aroundOne, aroundZero, drawBetween, type Strength } from '../range';
import { aroundCentre, identityMatrix, type Matrix, translation } from './matrix';
import { checkWarping, defaultWarping, type Warping } from './warping';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Options of {@link rotation}. */
export interface RotationOptions extends Partial<Warping> {
  /** Angle in degrees, counterclockwise, from -360 to 360; 40 stands for [-40, 40]. Default: 20 */
  degrees?: Strength;
}

/**
 * Rotate pictures around their centre, as `rotation_range` of Keras's ImageDataGenerator.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.rotation({ degrees: 15, fill: 'reflect' }).settings.degrees; // => [ -15, 15 ]
 * ```
 */
export function rotation(options?: RotationOptions): Augmentation {
  const { degrees, ...rest } = withDefaults('rotation', options, { degrees: 20 as Strength, ...defaultWarping });
  const range = aroundZero('rotation: degrees', degrees, { min: -360, max: 360 });
  const warping = checkWarping('rotation', rest);
  return defineOp(
    'rotation',
    { degrees: range, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const angle = radians(drawBetween(random, range));
        return aroundCentre([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], size);
      },
    },
  );
}

/** Options of {@link horizontalFlip} and {@link verticalFlip}. */
export interface FlipOptions {
  /** Probability that a picture is flipped, from 0 to 1. Default: 0.5 */
  probability?: number;
}

/**
 * Mirror pictures left to right. Not for text, or where left and right have a meaning.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const picture = tf.tensor4d([1, 2, 3], [1, 1, 3, 1]); // one row of three pixels
 * const flipped = await augment.horizontalFlip({ probability: 1 }).apply(picture);
 * flipped.dataSync().join(' '); // => '3 2 1'
 * ```
 */
export function horizontalFlip(options?: FlipOptions): Augmentation {
  return flip('horizontalFlip', options, ({ width }) => [-1, 0, width - 1, 0, 1, 0, 0, 0, 1]);
}

/**
 * Mirror pictures top to bottom: for microscope and satellite pictures, rarely for photos, which have an upright direction.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.verticalFlip({ probability: 0.25 }).settings; // => { probability: 0.25 }
 * ```
 */
export function verticalFlip(options?: FlipOptions): Augmentation {
  return flip('verticalFlip', options, ({ height }) => [1, 0, 0, 0, -1, height - 1, 0, 0, 1]);
}

function flip(
  name: string,
  options: FlipOptions | undefined,
  flipMatrix: (size: { height: number; width: number }) => Matrix,
): Augmentation {
  const { probability } = withDefaults(name, options, { probability: 0.5 });
  checkNumber(`${name}: probability`, probability, { min: 0, max: 1 });
  return defineOp(
    name,
    { probability },
    {
      kind: 'warp',
      warping: 'any',
      matrix: (random, size) => (random.uniform() < probability ? flipMatrix(size) : identityMatrix),
    },
  );
}

/** Options of {@link shift}. */
export interface ShiftOptions extends Partial<Warping> {
  /**
   * Horizontal shift as a fraction of the width, from -1 to 1; positive moves the content to the left; 0.2 stands
   * for [-0.2, 0.2]. Default: 0.1
   */
  width?: Strength;
  /** Vertical shift as a fraction of the height, from -1 to 1; positive moves the content up. Default: 0.1 */
  height?: Strength;
}

/**
 * Shift pictures, as `width_shift_range` and `height_shift_range` of Keras's ImageDataGenerator. (Keras up to 3.15 exchanges the two
 * ranges, which shows only when they differ.)
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * const { width, height } = augment.shift({ width: 0.2 }).settings;
 * [width, height]; // => [ [ -0.2, 0.2 ], [ -0.1, 0.1 ] ]
 * ```
 */
export function shift(options?: ShiftOptions): Augmentation {
  const { width, height, ...rest } = withDefaults('shift', options, {
    width: 0.1 as Strength,
    height: 0.1 as Strength,
    ...defaultWarping,
  });
  const across = aroundZero('shift: width', width, { min: -1, max: 1 });
  const down = aroundZero('shift: height', height, { min: -1, max: 1 });
  const warping = checkWarping('shift', rest);
  return defineOp(
    'shift',
    { width: across, height: down, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) =>
        translation(drawBetween(random, across) * size.width, drawBetween(random, down) * size.height),
    },
  );
}

/** Options of {@link shear}. */
export interface ShearOptions extends Partial<Warping> {
  /** Shear angle in degrees, from -80 to 80; 10 stands for [-10, 10]. Default: 10 */
  degrees?: Strength;
}

/**
 * Shear pictures, as `shear_range` of Keras's ImageDataGenerator: rows slide sideways, and the height is scaled by the cosine.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.shear({ degrees: 5 }).settings.degrees; // => [ -5, 5 ]
 * ```
 */
export function shear(options?: ShearOptions): Augmentation {
  const { degrees, ...rest } = withDefaults('shear', options, { degrees: 10 as Strength, ...defaultWarping });
  const range = aroundZero('shear: degrees', degrees, { min: -80, max: 80 });
  const warping = checkWarping('shear', rest);
  return defineOp(
    'shear',
    { degrees: range, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const angle = radians(drawBetween(random, range));
        return aroundCentre([1, -Math.sin(angle), 0, Math.cos(angle)], size);
      },
    },
  );
}

/** Options of {@link zoom}. */
export interface ZoomOptions extends Partial<Warping> {
  /**
   * Fraction of the picture that is visible, at least 0.01: below 1 zooms in, above 1 zooms out; 0.2 stands for
   * [0.8, 1.2]. Default: 0.2
   */
  factor?: Strength;
  /**
   * The same for the height, drawn separately, as ImageDataGenerator does. Default: the factor of the width, which
   * keeps proportions
   */
  heightFactor?: Strength;
}

/**
 * Zoom in or out, as `zoom_range` of Keras's ImageDataGenerator.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.zoom({ factor: [0.75, 1.25] }).settings.factor; // => [ 0.75, 1.25 ]
 * ```
 */
export function zoom(options?: ZoomOptions): Augmentation {
  const { factor, heightFactor, ...rest } = withDefaults('zoom', options, {
    factor: 0.2 as Strength,
    heightFactor: undefined as Strength | undefined,
    ...defaultWarping,
  });
  const range = aroundOne('zoom: factor', factor, { min: 0.01 });
  const heightRange =
    heightFactor === undefined ? undefined : aroundOne('zoom: heightFactor', heightFactor, { min: 0.01 });
  const warping = checkWarping('zoom', rest);
  return defineOp(
    'zoom',
    { factor: range, heightFactor: heightRange ?? 'same', ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const across = drawBetween(random, range);
        const down = heightRange ? drawBetween(random, heightRange) : across;
        return aroundCentre([across, 0, 0, down], size);
      },
    },
  );
}
