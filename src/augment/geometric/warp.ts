import { deviceReport, tf } from '../../tensorflow';
import { identityMatrix, type Matrix } from './matrix';
import type { Warping } from './warping';
import { wasmCanWarp, wasmWarp } from './wasmWarp';

/**
 * Transform each picture by its matrix.
 *
 * @param images [batch, height, width, channels], 0 to 255
 * @param matrices one for each picture, from pixels of the result to pixels of the picture
 */
export function warp(images: tf.Tensor4D, matrices: readonly Matrix[], warping: Warping): tf.Tensor4D {
  if (matrices.every((matrix) => matrix.every((value, i) => value === identityMatrix[i]))) return images.clone();
  if (wasmCanWarp(images.shape, warping) && deviceReport().kind === 'CPU') {
    return tf.tensor4d(wasmWarp(images.dataSync<'float32'>(), images.shape, matrices, warping), images.shape);
  }
  return tf.tidy(() => {
    const rows = matrices.map((matrix) => matrix.slice(0, 8).map((value) => value / matrix[8]));
    const { interpolation, fill, fillValue } = warping;
    return tf.image.transform(images, tf.tensor2d(rows, [rows.length, 8]), interpolation, fill, fillValue);
  });
}
