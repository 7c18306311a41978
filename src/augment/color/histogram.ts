import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';

/** Stretch each colour of each picture so that it runs from 0 to 255 (Pillow's ImageOps.autocontrast). */
export function autocontrast(): Augmentation {
  return defineOp('autocontrast', {}, { kind: 'pixels', run: stretchColors });
}

/** Spread each colour of each picture evenly over 0 to 255 (Pillow's ImageOps.equalize, on rounded colours). */
export function equalize(): Augmentation {
  return defineOp('equalize', {}, { kind: 'pixels', run: equalizeColors });
}

function stretchColors(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const low = images.min([1, 2], true); // [batch, 1, 1, channels]
    const range = images.max([1, 2], true).sub(low);
    const flat = range.lessEqual(0); // one colour only: stays
    const scale = tf.where(flat, tf.onesLike(range), tf.div(255, tf.where(flat, tf.onesLike(range), range)));
    return images
      .sub(tf.where(flat, tf.zerosLike(low), low))
      .mul(scale)
      .clipByValue(0, 255) as tf.Tensor4D;
  });
}

/** Counting and looking up is quicker in JavaScript than through TensorFlow's bincount and gather: by a factor of ten. */
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

/** The new tone of each of 256: its share of pixels below it, in the whole numbers that Pillow uses. */
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
