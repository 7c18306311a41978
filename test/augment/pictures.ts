import { tf } from '../../src/tensorflow';

/** Smooth pictures that contain all tones, [batch, size, size, 3] with values from 0 to 255; always the same. */
export function wavyPictures(batch: number, size = 24): tf.Tensor4D {
  return tf.tidy(() => {
    const values = Float32Array.from({ length: batch * size * size * 3 }, (_, i) => {
      const channel = i % 3;
      const x = Math.floor(i / 3) % size;
      const y = Math.floor(i / 3 / size) % size;
      const picture = Math.floor(i / 3 / size / size);
      return Math.round(127.5 + 127.5 * Math.sin(x / (2 + channel) + picture) * Math.cos(y / 3 + channel));
    });
    return tf.tensor4d(values, [batch, size, size, 3]);
  });
}

/** The values of a tensor, which is disposed. */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

/** The largest distance between two lists of numbers. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  return Array.from(actual).reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
}
