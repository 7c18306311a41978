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
 * Augment decoded pictures without tensors, for pipelines that move pixels, change colours linearly, or do first the one and then
 * the other, as the presets light, standard and article do. All pictures use the same memory, as allocating arrays for a batch takes
 * longer than the computation.
 *
 * @param pictures RGB bytes, each of shape [size, size, 3]
 * @returns undefined when the pipeline has other operations
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
  const warping = (moving && warpingOf(moving)) ?? defaultWarping; // flips alone need no interpolation
  if (!wasmCanWarp([1, size, size, 3], warping)) return undefined;

  const pixels = size * size;
  // a picture as bytes and twice as floats, each with padding, as vectors of four reach beyond the last pixel
  const bytes = Math.ceil((3 * pixels) / 16) * 16 + 16;
  const floats = 12 * pixels + 16;
  const [read, moved, sums] = [bytes, bytes + floats, bytes + 2 * floats];
  const { memory, ...run } = kernels(sums + 16);
  const content = new Uint8Array(memory.buffer, 0, 3 * pixels);
  return pictures.map((picture, i) => {
    content.set(picture);
    run.widen(0, read, 3 * pixels);
    const matrix = moving ? warpMatrix(moving, i, { height: size, width: size }) : identityMatrix;
    const unchanged = matrix.every((value, place) => value === identityMatrix[place]);
    if (!unchanged) run.warp(read, moved, size, size, kernelFills.indexOf(warping.fill), ...matrixOf8(matrix));
    const at = unchanged ? read : moved;
    const mean = () => meanColor(at, sums, size, run.sum, new Float32Array(memory.buffer, sums, 3));
    const colors = coloring ? colorMatrix(coloring, i, needsMeans(coloring) ? mean() : undefined) : identityColors;
    run.paint(at, 0, pixels, ...colors);
    return content.slice();
  });
}

/** The mean colour, summed row by row, so that single precision suffices. */
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
