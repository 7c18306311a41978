import { UserError } from '../../core/errors';
import { tf } from '../../tensorflow';

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * A linear change of colours: three rows of what red, green, blue and 1 contribute to the new red, green and blue.
 * Brightness, contrast, saturation, grayscale and mixtures of them are of this kind.
 */
export type ColorMatrix = readonly [
  number, number, number, number,
  number, number, number, number,
  number, number, number, number,
]; // biome-ignore format: rows of a matrix

export const identityColors: ColorMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** How bright each colour looks (ITU-R BT.601), as Pillow and torchvision weigh them. */
export const luma: Rgb = [0.299, 0.587, 0.114];

/** First one, then the other. */
export function chain(first: ColorMatrix, second: ColorMatrix): ColorMatrix {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) => {
      const mixed = [0, 1, 2].reduce((sum, k) => sum + second[4 * row + k]! * first[4 * k + column]!, 0);
      return column === 3 ? mixed + second[4 * row + 3]! : mixed;
    }),
  ) as unknown as ColorMatrix;
}

/** One colour, changed. */
export function applyToColor(matrix: ColorMatrix, [red, green, blue]: Rgb): Rgb {
  const row = (i: number) =>
    matrix[4 * i]! * red + matrix[4 * i + 1]! * green + matrix[4 * i + 2]! * blue + matrix[4 * i + 3]!;
  return [row(0), row(1), row(2)];
}

/** Each colour towards one that is `target` (0) or away from it (above 1): Pillow's ImageEnhance blends in this way. */
export function blendWith(target: readonly [Rgb, Rgb, Rgb], offset: number, factor: number): ColorMatrix {
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((column) => (row === column ? factor : 0) + (1 - factor) * target[row]![column]!),
    (1 - factor) * offset,
  ]) as unknown as ColorMatrix;
}

/** @throws {UserError} unless the pictures have three channels */
export function checkRgb(images: tf.Tensor4D): void {
  if (images.shape[3] !== 3) {
    throw new UserError(`colour ops need pictures of 3 channels (red, green, blue), got ${images.shape[3]}`);
  }
}

/** The mean colour of each picture. */
export function meanColors(images: tf.Tensor4D): Rgb[] {
  checkRgb(images);
  const [batch, height, width] = images.shape;
  // over rows first, and these whole: four times quicker than over both sides of single colours
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

/** Change the colours of each picture by its matrix, and keep them within 0 to 255. */
export function applyColors(images: tf.Tensor4D, matrices: readonly ColorMatrix[]): tf.Tensor4D {
  checkRgb(images);
  if (matrices.every((matrix) => matrix.every((value, i) => value === identityColors[i]))) return images.clone();
  return tf.tidy(() => {
    const [batch, height, width] = images.shape;
    const weights = matrices.flatMap((m) => [0, 1, 2].flatMap((from) => [m[from]!, m[4 + from]!, m[8 + from]!]));
    // one for each pixel of a row: quicker to add than three numbers to each pixel
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
