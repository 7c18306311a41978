import { tf } from '../tensorflow';
import type { Preprocessing } from './preprocessing';

/**
 * Turn pixels into what a model was trained on: subtract the mean, divide by the deviation, put the channels in order.
 *
 * @param pixels [batch, height, width, 3] of 0 to 255, red, green, blue
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
