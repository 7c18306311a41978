import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';

/**
 * Stretch each channel of each picture linearly so that it covers 0 to 255 (Pillow's ImageOps.autocontrast).
 *
 * @example
 * ```ts
 * import { augment, tf } from 'tunebook';
 *
 * const picture = tf.tensor4d([100, 100, 100, 150, 150, 150], [1, 1, 2, 3]); // two grey pixels
 * const stretched = await augment.autocontrast().apply(picture);
 * [...stretched.dataSync()]; // => [ 0, 0, 0, 255, 255, 255 ]
 * ```
 */
export function autocontrast(): Augmentation {
  return defineOp('autocontrast', {}, { kind: 'pixels', run: stretchColors });
}

/**
 * Equalize the histogram of each channel of each picture: all tones become about equally frequent (Pillow's ImageOps.equalize,
 * on rounded values).
 *
 * @example
 * ```ts
 * import { augment, augmentation } from 'tunebook';
 *
 * augmentation([augment.equalize(), augment.horizontalFlip()]).name; // => 'equalize + horizontalFlip'
 * ```
 */
export function equalize(): Augmentation {
  return defineOp('equalize', {}, { kind: 'pixels', run: equalizeColors });
}

function stretchColors(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const low = images.min([1, 2], true); // [batch, 1, 1, channels]
    const range = images.max([1, 2], true).sub(low);
    const flat = range.lessEqual(0); // a single value: does not change
    const scale = tf.where(flat, tf.onesLike(range), tf.div(255, tf.where(flat, tf.onesLike(range), range)));
    return images
      .sub(tf.where(flat, tf.zerosLike(low), low))
      .mul(scale)
      .clipByValue(0, 255) as tf.Tensor4D;
  });
}

/** In JavaScript, as counting and looking up is ten times faster than with TensorFlow's bincount and gather. */
function equalizeColors(images: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const values = images.dataSync();
  const length = height * width * channels;
  const result = new Float32Array(values.length);
  const toneOf = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  for (let picture = 0; picture < batch; picture++) {
    const end = (picture + 1) * length;
    for (let channel = 0; channel < channels; channel++) {
      const counts = new Array<number>(256).fill(0);
      const first = picture * length + channel;
      for (let i = first; i < end; i += channels) counts[toneOf(values[i]!)]!++;
      const tones = equalizingTable(counts);
      for (let i = first; i < end; i += channels) result[i] = tones[toneOf(values[i]!)]!;
    }
  }
  return tf.tensor4d(result, images.shape);
}

/** The lookup table of 256 tones: the cumulative count of pixels, in the integer arithmetic of Pillow. */
export function equalizingTable(counts: readonly number[]): number[] {
  const used = counts.filter((count) => count > 0);
  const step = Math.floor((used.reduce((a, b) => a + b, 0) - (used.at(-1) ?? 0)) / 255);
  if (used.length <= 1 || step === 0) return counts.map((_, tone) => tone);
  let below = Math.floor(step / 2);
  return counts.map((count) => {
    const tone = Math.min(255, Math.floor(below / step));
    below += count;
    return tone;
  });
}
