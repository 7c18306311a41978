import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { perPicture } from '../batch';
import { defineOp } from '../defineOp';
import { gaussianWeights } from '../noise/gaussianBlur';
import { drawPixels } from '../noise/pixelNoise';
import { drawBetween, fromZero, type Strength } from '../range';

/** Options of {@link elastic}. */
export interface ElasticOptions {
  /** Standard deviation of the displacements, in pixels, at least 0; 3 stands for [0, 3]. Default: 3 */
  distance?: Strength;
  /**
   * Standard deviation of the smoothing Gaussian, in pixels, from 0.5 to 200: larger values give wider waves.
   * Default: 12
   */
  smoothness?: number;
}

/**
 * Elastic distortion (Simard et al. 2003): displace pixels by a random field that is smoothed by a Gaussian. Pixels are interpolated
 * bilinearly, and the nearest edge pixel stands for those outside.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.elastic({ distance: 5 }).settings; // => { distance: [ 0, 5 ], smoothness: 12 }
 * ```
 */
export function elastic(options?: ElasticOptions): Augmentation {
  const { distance, smoothness } = withDefaults('elastic', options, { distance: 3 as Strength, smoothness: 12 });
  const range = fromZero('elastic: distance', distance);
  checkNumber('elastic: smoothness', smoothness, { min: 0.5, max: 200 });
  return defineOp(
    'elastic',
    { distance: range, smoothness },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const distances = draws.map((random) => drawBetween(random, range));
        if (distances.every((value) => value === 0)) return images.clone();
        return tf.tidy(() => {
          const [, height, width] = images.shape;
          const moves = smoothed(drawPixels('normal', draws, [height, width, 2]) as tf.Tensor4D, smoothness);
          // smoothing by a Gaussian reduces the standard deviation of white noise to 1 / (2 sqrt(pi) sigma)
          const scale = distances.map((value) => value * 2 * Math.sqrt(Math.PI) * smoothness);
          return displace(images, moves.mul(perPicture(scale)));
        });
      },
    },
  );
}

function smoothed(field: tf.Tensor4D, sigma: number): tf.Tensor4D {
  const weights = gaussianWeights(sigma, Math.ceil(3 * sigma));
  const filter = weights.flatMap((weight) => [weight, weight]);
  const down = tf.tensor4d(filter, [weights.length, 1, 2, 1]);
  const across = tf.tensor4d(filter, [1, weights.length, 2, 1]);
  return tf.depthwiseConv2d(tf.depthwiseConv2d(field, down, 1, 'same'), across, 1, 'same');
}

/**
 * Sample each pixel of the result at a displaced position.
 *
 * @param images [batch, height, width, channels]
 * @param moves [batch, height, width, 2]: displacement down and to the right, in pixels
 */
export function displace(images: tf.Tensor4D, moves: tf.Tensor): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = images.shape;
    const [down, right] = tf.split(moves, 2, 3) as [tf.Tensor, tf.Tensor];
    const y = down.add(tf.range(0, height).reshape([1, height, 1, 1])).clipByValue(0, height - 1);
    const x = right.add(tf.range(0, width).reshape([1, 1, width, 1])).clipByValue(0, width - 1);
    const [top, left] = [y.floor(), x.floor()];
    const [bottom, rightmost] = [top.add(1).minimum(height - 1), left.add(1).minimum(width - 1)];
    const [fromTop, fromLeft] = [y.sub(top), x.sub(left)]; // [batch, height, width, 1]
    const pixels = images.reshape([batch * height * width, channels]);
    const first = tf
      .range(0, batch, 1, 'int32')
      .mul(tf.scalar(height * width, 'int32'))
      .reshape([batch, 1, 1, 1]);
    const at = (row: tf.Tensor, column: tf.Tensor) => {
      const place = row.mul(width).add(column).toInt().add(first); // float32 is exact up to 2 ** 24: enough within one picture
      return tf.gather(pixels, place.flatten() as tf.Tensor1D).reshape(images.shape);
    };
    const between = (a: tf.Tensor, b: tf.Tensor, part: tf.Tensor) => a.add(b.sub(a).mul(part));
    return between(
      between(at(top, left), at(top, rightmost), fromLeft),
      between(at(bottom, left), at(bottom, rightmost), fromLeft),
      fromTop,
    ) as tf.Tensor4D;
  });
}
