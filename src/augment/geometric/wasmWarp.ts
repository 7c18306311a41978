import { kernelFills, kernels, matrixOf8 } from '../wasm/kernels';
import type { Matrix } from './matrix';
import type { Warping } from './warping';

/** Whether {@link wasmWarp} can do this: bilinear, of three channels, and no fill value. */
export const wasmCanWarp = ([, height, width, channels]: readonly number[], warping: Warping): boolean =>
  warping.interpolation === 'bilinear' &&
  kernelFills.includes(warping.fill) &&
  channels === 3 &&
  Math.min(height!, width!) > 1 &&
  height! * width! < 2 ** 24;

/**
 * Read every pixel of a batch from where its picture's matrix says, as TensorFlow's ImageProjectiveTransformV3 does on
 * processors. That op works out where a pixel comes from anew for each channel, and checks all bounds for each of the four
 * pixels around it.
 *
 * @param values [batch, height, width, 3]
 * @param matrices one a picture, from the result's pixels to the picture's
 * @returns [batch, height, width, 3]
 */
export function wasmWarp(
  values: Float32Array,
  [, height, width]: readonly number[],
  matrices: readonly Matrix[],
  { fill }: Warping,
): Float32Array {
  const length = height! * width! * 3;
  // each picture with room for the channel of a pixel beyond its last that a vector of four touches
  const room = 4 * length + 16;
  const { memory, warp } = kernels(2 * room);
  const from = new Float32Array(memory.buffer, 0, length);
  const to = new Float32Array(memory.buffer, room, length);
  const result = new Float32Array(values.length);
  matrices.forEach((matrix, i) => {
    from.set(values.subarray(i * length, (i + 1) * length));
    warp(0, room, height!, width!, kernelFills.indexOf(fill), ...matrixOf8(matrix));
    result.set(to, i * length);
  });
  return result;
}
