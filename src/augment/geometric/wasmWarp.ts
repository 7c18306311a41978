import { kernelFills, kernels, matrixOf8 } from '../wasm/kernels';
import type { Matrix } from './matrix';
import type { Warping } from './warping';

/** Whether {@link wasmWarp} can do this: bilinear interpolation, three channels, and no constant fill. */
export const wasmCanWarp = ([, height, width, channels]: readonly number[], warping: Warping): boolean =>
  warping.interpolation === 'bilinear' &&
  kernelFills.includes(warping.fill) &&
  channels === 3 &&
  Math.min(height!, width!) > 1 &&
  height! * width! < 2 ** 24;

/**
 * Transform each picture of a batch by its matrix, with the result of TensorFlow's ImageProjectiveTransformV3 on CPUs, and
 * faster: that operation computes the source of a pixel again for each channel, and checks all bounds for each of the four
 * neighbours.
 *
 * @param values [batch, height, width, 3]
 * @param matrices one for each picture, from pixels of the result to pixels of the picture
 * @returns [batch, height, width, 3]
 */
export function wasmWarp(
  values: Float32Array,
  [, height, width]: readonly number[],
  matrices: readonly Matrix[],
  { fill }: Warping,
): Float32Array {
  const length = height! * width! * 3;
  // 16 bytes of padding, as vectors of four reach one value beyond the last pixel
  const padded = 4 * length + 16;
  const { memory, warp } = kernels(2 * padded);
  const from = new Float32Array(memory.buffer, 0, length);
  const to = new Float32Array(memory.buffer, padded, length);
  const result = new Float32Array(values.length);
  matrices.forEach((matrix, i) => {
    from.set(values.subarray(i * length, (i + 1) * length));
    warp(0, padded, height!, width!, kernelFills.indexOf(fill), ...matrixOf8(matrix));
    result.set(to, i * length);
  });
  return result;
}
