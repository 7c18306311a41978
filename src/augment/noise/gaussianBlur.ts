import { checkNumber, withDefaults } from '../../core/options';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkRange, drawBetween, type Range } from '../range';

/** Options of {@link gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Range of the standard deviation in pixels, from 0 to 100; 0 changes nothing. Default: [0.1, 2], as in SimCLR */
  sigma?: Range;
  /** Radius of the filter in pixels. Default: 3 times the largest sigma */
  reach?: number;
}

/**
 * Blur each picture by a Gaussian of random width (Chen et al. 2020, SimCLR). Edges are mirrored.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.gaussianBlur({ sigma: [0.5, 1] }).settings; // => { sigma: [ 0.5, 1 ], reach: 3 }
 * ```
 */
export function gaussianBlur(options?: GaussianBlurOptions): Augmentation {
  const { sigma, reach: given } = withDefaults('gaussianBlur', options, { sigma: [0.1, 2] as Range, reach: 0 });
  checkRange('gaussianBlur: sigma', sigma, { min: 0, max: 100 });
  checkNumber('gaussianBlur: reach', given, { min: 0, integer: true });
  const reach = given || Math.ceil(3 * sigma[1]);
  return defineOp(
    'gaussianBlur',
    { sigma, reach },
    {
      kind: 'pixels',
      run: (images, draws) => {
        const sigmas = draws.map((random) => drawBetween(random, sigma));
        return blurEach(images, sigmas, reach);
      },
    },
  );
}

/** The weights of a Gaussian filter at -reach to reach, with the sum 1; a sigma of 0 gives weight 1 at 0. */
export function gaussianWeights(sigma: number, reach: number): number[] {
  if (sigma === 0) return Array.from({ length: 2 * reach + 1 }, (_, i) => (i === reach ? 1 : 0));
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Blur each picture by its own sigma, along columns and then rows; edges are mirrored (dcb|abcd|cba). */
export function blurEach(images: tf.Tensor4D, sigmas: readonly number[], reach: number): tf.Tensor4D {
  const sharp = reach === 0 || sigmas.every((sigma) => sigma === 0);
  if (sharp) return images.clone();
  return tf.tidy(() => {
    const [batch, height, width, channels] = images.shape;
    // the batch as channels of one picture, so that a depthwise convolution can have another filter for each picture
    const side = images.transpose([1, 2, 0, 3]).reshape([1, height, width, batch * channels]) as tf.Tensor4D;
    const weights = sigmas.map((sigma) => gaussianWeights(sigma, reach));
    const filter = weights[0]!.flatMap((_, i) => weights.flatMap((row) => new Array<number>(channels).fill(row[i]!)));
    const size = 2 * reach + 1;
    const down = tf.tensor4d(filter, [size, 1, batch * channels, 1]);
    const across = tf.tensor4d(filter, [1, size, batch * channels, 1]);
    const padded = tf.mirrorPad(side, [[0, 0], edges(height, reach), edges(width, reach), [0, 0]], 'reflect');
    const blurred = tf.depthwiseConv2d(tf.depthwiseConv2d(padded as tf.Tensor4D, down, 1, 'valid'), across, 1, 'valid');
    return blurred.reshape([height, width, batch, channels]).transpose([2, 0, 1, 3]).clipByValue(0, 255) as tf.Tensor4D;
  });
}

function edges(length: number, reach: number): [number, number] {
  checkNumber('gaussianBlur: the side of a picture in pixels', length, { min: reach + 1 });
  return [reach, reach];
}
