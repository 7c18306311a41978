import { UserError } from '../core/errors';
import { type Preprocessing, preprocess } from '../models';
import { tf } from '../tensorflow';

/**
 * Preprocess decoded pictures for a model.
 *
 * @param pictures bytes, each of shape [size, size, channels] with the input size and channels of the preprocessing
 * @returns [batch, size, size, channels], float32, preprocessed
 * @throws {UserError} when a picture has another size
 */
export function pictureTensor(pictures: readonly Uint8Array[], preprocessing: Preprocessing): tf.Tensor4D {
  const { inputSize: size, channels = 3, channelOrder } = preprocessing;
  const length = size * size * channels;
  const values = new Float32Array(pictures.length * length);
  const tables = tablesOf(preprocessing);
  pictures.forEach((picture, i) => {
    checkSize(picture, preprocessing);
    tables.forEach((table, channel) => {
      const from = channelOrder === 'bgr' ? channels - 1 - channel : channel;
      lookUp(table, picture, from, values, i * length + channel, channels);
    });
  });
  return tf.tensor4d(values, [pictures.length, size, size, channels]);
}

/** As {@link pictureTensor}, but not preprocessed: int32 from 0 to 255, for a graph that does it. */
export function pictureBytes(pictures: readonly Uint8Array[], preprocessing: Preprocessing): tf.Tensor4D {
  const { inputSize: size, channels = 3 } = preprocessing;
  const length = size * size * channels;
  const bytes = new Int32Array(pictures.length * length);
  pictures.forEach((picture, i) => {
    checkSize(picture, preprocessing);
    bytes.set(picture, i * length);
  });
  return tf.tensor4d(bytes, [pictures.length, size, size, channels], 'int32');
}

const known = new WeakMap<Preprocessing, Float32Array[]>();

/** For each channel of the result, what each of the 256 bytes becomes: to look it up takes a fifth of computing it. */
function tablesOf(preprocessing: Preprocessing): Float32Array[] {
  let tables = known.get(preprocessing);
  if (!tables) {
    const { channels = 3 } = preprocessing;
    const bytes = Int32Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels));
    const values = tf.tidy(() => {
      const pixels = tf.tensor4d(bytes, [1, 256, 1, channels], 'int32');
      return preprocess(pixels, preprocessing).dataSync();
    });
    tables = Array.from({ length: channels }, (_, channel) =>
      Float32Array.from({ length: 256 }, (_, byte) => values[byte * channels + channel]!),
    );
    known.set(preprocessing, tables);
  }
  return tables;
}

/** Every so many numbers of a picture, looked up. A function of its own, as a closure's variables make the loop twice as slow. */
function lookUp(
  table: Float32Array,
  picture: Uint8Array,
  from: number,
  values: Float32Array,
  to: number,
  step: number,
): void {
  const { length } = picture;
  for (let i = from, j = to; i < length; i += step, j += step) values[j] = table[picture[i]!]!;
}

function checkSize(picture: Uint8Array, { inputSize: size, channels = 3 }: Preprocessing): void {
  if (picture.length === size * size * channels) return;
  throw new UserError(`a picture has ${sizeOf(picture, channels)}, ${expected(size, channels)}`);
}

function sizeOf({ length }: Uint8Array, channels: number): string {
  const side = Math.sqrt(length / channels);
  return Number.isInteger(side) ? `${side} x ${side} pixels` : `${length} bytes`;
}

const expected = (size: number, channels: number) =>
  `expected ${size} x ${size} pixels of ${channels} bytes; decode it with decodePicture and the backbone's entry.preprocessing`;
