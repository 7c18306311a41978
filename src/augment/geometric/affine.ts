import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { aroundOne, aroundZero, drawBetween, type Strength } from '../range';
import { aroundMiddle, identityMatrix, type Matrix, translation } from './matrix';
import { checkWarping, defaultWarping, type Warping } from './warping';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

export interface RotationOptions extends Partial<Warping> {
  /** counterclockwise; 40 draws from -40 to 40, a pair draws between its ends; default 20 */
  degrees?: Strength;
}

/** Turn pictures around their middle, as `rotation_range` of Keras's ImageDataGenerator. */
export function rotation(options?: RotationOptions): Augmentation {
  const { degrees, ...rest } = withDefaults('rotation', options, { degrees: 20 as Strength, ...defaultWarping });
  const ends = aroundZero('rotation: degrees', degrees, { min: -360, max: 360 });
  const warping = checkWarping('rotation', rest);
  return defineOp(
    'rotation',
    { degrees: ends, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const angle = radians(drawBetween(random, ends));
        return aroundMiddle([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], size);
      },
    },
  );
}

export interface FlipOptions {
  /** of a picture to be flipped; default 0.5 */
  probability?: number;
}

/** Mirror pictures left to right. Not for text, or where left and right mean something. */
export function horizontalFlip(options?: FlipOptions): Augmentation {
  return flip('horizontalFlip', options, ({ width }) => [-1, 0, width - 1, 0, 1, 0, 0, 0, 1]);
}

/** Mirror pictures top to bottom: for microscopes and satellites, hardly for photos of things that stand. */
export function verticalFlip(options?: FlipOptions): Augmentation {
  return flip('verticalFlip', options, ({ height }) => [1, 0, 0, 0, -1, height - 1, 0, 0, 1]);
}

function flip(
  name: string,
  options: FlipOptions | undefined,
  mirrored: (size: { height: number; width: number }) => Matrix,
): Augmentation {
  const { probability } = withDefaults(name, options, { probability: 0.5 });
  checkNumber(`${name}: probability`, probability, { min: 0, max: 1 });
  return defineOp(
    name,
    { probability },
    {
      kind: 'warp',
      warping: 'any',
      matrix: (random, size) => (random.uniform() < probability ? mirrored(size) : identityMatrix),
    },
  );
}

export interface ShiftOptions extends Partial<Warping> {
  /** part of the width: 0.2 draws from -0.2 to 0.2; positive moves what is read to the right; default 0.1 */
  width?: Strength;
  /** part of the height; default 0.1 */
  height?: Strength;
}

/**
 * Move pictures, as `width_shift_range` and `height_shift_range` of Keras's ImageDataGenerator together. (Up to Keras 3.15
 * that one moves pictures sideways by its *height* range and the other way round; with equal ranges nobody sees it.)
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

export interface ShearOptions extends Partial<Warping> {
  /** 10 draws from -10 to 10; default 10 */
  degrees?: Strength;
}

/** Slant pictures, as `shear_range` of Keras's ImageDataGenerator: rows slide, the height changes by the cosine. */
export function shear(options?: ShearOptions): Augmentation {
  const { degrees, ...rest } = withDefaults('shear', options, { degrees: 10 as Strength, ...defaultWarping });
  const ends = aroundZero('shear: degrees', degrees, { min: -80, max: 80 });
  const warping = checkWarping('shear', rest);
  return defineOp(
    'shear',
    { degrees: ends, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const angle = radians(drawBetween(random, ends));
        return aroundMiddle([1, -Math.sin(angle), 0, Math.cos(angle)], size);
      },
    },
  );
}

export interface ZoomOptions extends Partial<Warping> {
  /** how much of the picture is seen: 0.2 draws from 0.8 (nearer) to 1.2 (farther); default 0.2 */
  factor?: Strength;
  /** of the height, drawn by itself; default: the same as the width's. ImageDataGenerator draws two */
  heightFactor?: Strength;
}

/** Look from nearer or farther, as `zoom_range` of Keras's ImageDataGenerator. */
export function zoom(options?: ZoomOptions): Augmentation {
  const { factor, heightFactor, ...rest } = withDefaults('zoom', options, {
    factor: 0.2 as Strength,
    heightFactor: undefined as Strength | undefined,
    ...defaultWarping,
  });
  const ends = aroundOne('zoom: factor', factor, { min: 0.01 });
  const heightEnds =
    heightFactor === undefined ? undefined : aroundOne('zoom: heightFactor', heightFactor, { min: 0.01 });
  const warping = checkWarping('zoom', rest);
  return defineOp(
    'zoom',
    { factor: ends, heightFactor: heightEnds ?? 'same', ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, size) => {
        const across = drawBetween(random, ends);
        const down = heightEnds ? drawBetween(random, heightEnds) : across;
        return aroundMiddle([across, 0, 0, down], size);
      },
    },
  );
}
