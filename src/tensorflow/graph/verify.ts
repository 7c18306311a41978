import type { tf } from './backend';

/**
 * The largest difference between two tensors, relative to the largest absolute number of the expected one (or to 1e-6 if
 * that is smaller); Infinity if their shapes or types differ, or one has a NaN where the other has none.
 */
export function largestDifference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (actual.shape.join() !== expected.shape.join() || actual.dtype !== expected.dtype) return Infinity;
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  let difference = 0;
  let scale = 1e-6;
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y)) continue;
    const distance = Math.abs(x - y);
    difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
  }
  if (difference === 0) return 0;
  for (const value of b) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  return difference / scale;
}
