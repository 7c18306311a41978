import type { Augmentation } from '../augmentation';
import type { DrawOptions } from '../batch';
import { identityColors, type Rgb } from '../color/colorMatrix';
import { identityMatrix } from '../geometric/matrix';
import { defaultWarping } from '../geometric/warping';
import { wasmCanWarp } from '../geometric/wasmWarp';
import {
  type ColorStep,
  colorMatrix,
  mergedGroups,
  needsMeans,
  type Placed,
  type WarpStep,
  warpingOf,
  warpMatrix,
} from '../run';
import { kernelFills, kernels, matrixOf8 } from './kernels';

/**
 * Augment decoded pictures without a tensor, where a pipeline only moves pixels, or changes colours linearly, or first the one
 * and then the other: as the presets light, standard and article do. Each picture goes through memory that is used again and
 * again, which new arrays for a whole batch are not: they cost more than the work itself.
 *
 * @param pictures each [size, size, 3] as bytes of 0 to 255
 * @returns undefined if the pipeline does something else
 */
export function augmentCompiled(
  pictures: readonly Uint8Array[],
  size: number,
  pipeline: Augmentation,
  draw?: DrawOptions,
): Uint8Array[] | undefined {
  const groups = mergedGroups(pipeline.ops, pictures.length, draw);
  const kinds = groups.map(([first]) => first!.step.kind).join(' ');
  if (!['warp', 'color', 'warp color'].includes(kinds)) return undefined;
  const moving = groups.find(([first]) => first!.step.kind === 'warp') as Placed<WarpStep>[] | undefined;
  const coloring = groups.find(([first]) => first!.step.kind === 'color') as Placed<ColorStep>[] | undefined;
  const warping = (moving && warpingOf(moving)) ?? defaultWarping; // flips alone read whole pixels in any way
  if (!wasmCanWarp([1, size, size, 3], warping)) return undefined;

  const pixels = size * size;
  // a picture as bytes, and twice as floats, each with room for what a vector of four touches beyond its end
  const bytes = Math.ceil((3 * pixels) / 16) * 16 + 16;
  const floats = 12 * pixels + 16;
  const [read, moved, sums] = [bytes, bytes + floats, bytes + 2 * floats];
  const { memory, ...run } = kernels(sums + 16);
  const content = new Uint8Array(memory.buffer, 0, 3 * pixels);
  return pictures.map((picture, i) => {
    content.set(picture);
    run.widen(0, read, 3 * pixels);
    const matrix = moving ? warpMatrix(moving, i, { height: size, width: size }) : identityMatrix;
    const stays = matrix.every((value, place) => value === identityMatrix[place]);
    if (!stays) run.warp(read, moved, size, size, kernelFills.indexOf(warping.fill), ...matrixOf8(matrix));
    const at = stays ? read : moved;
    const mean = () => meanColor(at, sums, size, run.sum, new Float32Array(memory.buffer, sums, 3));
    const colors = coloring ? colorMatrix(coloring, i, needsMeans(coloring) ? mean() : undefined) : identityColors;
    run.paint(at, 0, pixels, ...colors);
    return content.slice();
  });
}

/** Row by row, so that single precision does for the sums. */
function meanColor(
  at: number,
  place: number,
  size: number,
  sum: (from: number, to: number, pixels: number) => void,
  row: Float32Array,
): Rgb {
  const total: [number, number, number] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    sum(at + 12 * size * y, place, size);
    for (const channel of [0, 1, 2] as const) total[channel] += row[channel]!;
  }
  return [total[0] / size ** 2, total[1] / size ** 2, total[2] / size ** 2];
}
