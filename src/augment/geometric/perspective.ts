import { checkNumber, withDefaults } from '../../core/options';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { fromCorners } from './matrix';
import { checkWarping, defaultWarping, type Warping } from './warping';

export interface PerspectiveOptions extends Partial<Warping> {
  /** how far each corner may move inwards, as a part of half a side, 0 to 1; default 0.3 */
  distortion?: number;
}

/** Look at pictures from an angle: each corner moves inwards by an amount of its own, as torchvision's RandomPerspective. */
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
