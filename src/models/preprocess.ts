import { tf } from '../tensorflow';
import type { Preprocessing } from './preprocessing';

/**
 * Normalize pixels as for the training of a model: subtract the mean, divide by the standard deviation, order the channels.
 *
 * @param pixels `[batch, height, width, channels]`, 0 to 255, red, green, blue or bands; not disposed
 * @returns `[batch, height, width, channels]`, float32
 *
 * @example
 * ```ts
 * import { backbones, models, tf } from 'tunebook';
 *
 * const pixels = tf.fill([1, 224, 224, 3], 127) as tf.Tensor4D;
 * const x = models.preprocess(pixels, models.backboneEntry('efficientnet-lite0').preprocessing);
 * x.max().arraySync(); // => 0
 * ```
 */
export function preprocess(
  pixels: tf.Tensor4D,
  { mean, std, channelOrder }: Pick<Preprocessing, 'mean' | 'std' | 'channelOrder'>,
): tf.Tensor4D {
  return tf.tidy(() => {
    let x: tf.Tensor = pixels.toFloat();
    if (mean.some((value) => value !== 0)) x = x.sub([...mean]);
    if (std.some((value) => value !== 1)) x = x.div([...std]);
    return (channelOrder === 'bgr' ? x.reverse(-1) : x) as tf.Tensor4D;
  });
}
