import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { fromCorners } from './matrix';
import { checkWarping, defaultWarping, type Warping } from './warping';

/** Options of {@link perspective}. */
export interface PerspectiveOptions extends Partial<Warping> {
  /** The largest distance a corner moves, as a fraction of half a side, from 0 to 0.95. Default: 0.3 */
  distortion?: number;
}

/**
 * Random perspective: each corner moves inwards by a random distance, as in torchvision's RandomPerspective.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.perspective({ distortion: 0.2 }).settings.distortion; // => 0.2
 * ```
 */
export function perspective(options?: PerspectiveOptions): Augmentation {
  const { distortion, ...rest } = withDefaults('perspective', options, { distortion: 0.3, ...defaultWarping });
  checkNumber('perspective: distortion', distortion, { min: 0, max: 0.95 });
  const warping = checkWarping('perspective', rest);
  return defineOp(
    'perspective',
    { distortion, ...warping },
    {
      kind: 'warp',
      warping,
      matrix: (random, { height, width }) => {
        const across = () => (random.uniform() * distortion * width) / 2;
        const down = () => (random.uniform() * distortion * height) / 2;
        const [right, bottom] = [width - 1, height - 1];
        const moved = [
          [across(), down()],
          [right - across(), down()],
          [right - across(), bottom - down()],
          [across(), bottom - down()],
        ] as const;
        const corners = [[0, 0], [right, 0], [right, bottom], [0, bottom]] as const; // biome-ignore format: four corners
        return fromCorners(moved, corners);
      },
    },
  );
}
