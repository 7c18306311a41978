import { UserError } from '../../core/errors';
import { tf } from '../../tensorflow';

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * An affine transform of colours as a 3 x 4 matrix: each row has the weights of red, green, blue and 1 in the new red, green or
 * blue. Brightness, contrast, saturation and grayscale are such transforms, and so is any sequence of them.
 */
export type ColorMatrix = readonly [
  number, number, number, number,
  number, number, number, number,
  number, number, number, number,
]; // biome-ignore format: rows of a matrix

export const identityColors: ColorMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** The weights of red, green and blue in the luma (ITU-R BT.601), as Pillow and torchvision use them. */
export const luma: Rgb = [0.299, 0.587, 0.114];

/** The matrix that applies `first` and then `second`. */
export function chain(first: ColorMatrix, second: ColorMatrix): ColorMatrix {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) => {
      const mixed = [0, 1, 2].reduce((sum, k) => sum + second[4 * row + k]! * first[4 * k + column]!, 0);
      return column === 3 ? mixed + second[4 * row + 3]! : mixed;
    }),
  ) as unknown as ColorMatrix;
}

/** Apply a matrix to one colour. */
export function applyToColor(matrix: ColorMatrix, [red, green, blue]: Rgb): Rgb {
  const row = (i: number) =>
    matrix[4 * i]! * red + matrix[4 * i + 1]! * green + matrix[4 * i + 2]! * blue + matrix[4 * i + 3]!;
  return [row(0), row(1), row(2)];
}

/** Blend each colour with `target` (factor 0 gives the target, 1 the colour, above 1 extrapolates), as Pillow's ImageEnhance does. */
export function blendWith(target: readonly [Rgb, Rgb, Rgb], offset: number, factor: number): ColorMatrix {
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((column) => (row === column ? factor : 0) + (1 - factor) * target[row]![column]!),
    (1 - factor) * offset,
  ]) as unknown as ColorMatrix;
}

/** @throws {UserError} unless the pictures have three channels */
export function checkRgb(images: tf.Tensor4D): void {
  if (images.shape[3] !== 3) {
    throw new UserError(`colour operations need pictures with 3 channels (red, green, blue), got ${images.shape[3]}`);
  }
}

/** The mean colour of each picture. */
export function meanColors(images: tf.Tensor4D): Rgb[] {
  checkRgb(images);
  const [batch, height, width] = images.shape;
  // the mean over rows first, then over columns: four times faster than over both at once
  const values = tf.tidy(() =>
    images
      .reshape([batch, height, 3 * width])
      .mean(1)
      .reshape([batch, width, 3])
      .mean(1) // [batch, 3]
      .dataSync(),
  );
  return Array.from({ length: images.shape[0] }, (_, i) => [values[3 * i]!, values[3 * i + 1]!, values[3 * i + 2]!]);
}

/** Apply to each picture its matrix, and clip the colours to 0 to 255. */
export function applyColors(images: tf.Tensor4D, matrices: readonly ColorMatrix[]): tf.Tensor4D {
  checkRgb(images);
  if (matrices.every((matrix) => matrix.every((value, i) => value === identityColors[i]))) return images.clone();
  return tf.tidy(() => {
    const [batch, height, width] = images.shape;
    const weights = matrices.flatMap((m) => [0, 1, 2].flatMap((from) => [m[from]!, m[4 + from]!, m[8 + from]!]));
    // offsets for all pixels of a row: adding rows is faster than adding three numbers to each pixel
    const offsets = tf.tile(
      tf.tensor2d(
        matrices.flatMap((m) => [m[3], m[7], m[11]]),
        [batch, 3],
      ),
      [1, width],
    );
    return images
      .reshape([batch, height * width, 3])
      .matMul(tf.tensor3d(weights, [batch, 3, 3]))
      .reshape([batch, height, 3 * width])
      .add(offsets.reshape([batch, 1, 3 * width]))
      .clipByValue(0, 255)
      .reshape([batch, height, width, 3]) as tf.Tensor4D;
  });
}
