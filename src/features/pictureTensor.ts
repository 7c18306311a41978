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
  const { inputSize: size, channels = 3 } = preprocessing;
  const length = size * size * channels;
  const bytes = new Int32Array(pictures.length * length);
  pictures.forEach((picture, i) => {
    if (picture.length !== length)
      throw new UserError(`a picture has ${sizeOf(picture, channels)}, ${expected(size, channels)}`);
    bytes.set(picture, i * length);
  });
  return tf.tidy(() => preprocess(tf.tensor4d(bytes, [pictures.length, size, size, channels], 'int32'), preprocessing));
}

function sizeOf({ length }: Uint8Array, channels: number): string {
  const side = Math.sqrt(length / channels);
  return Number.isInteger(side) ? `${side} x ${side} pixels` : `${length} bytes`;
}

const expected = (size: number, channels: number) =>
  `expected ${size} x ${size} pixels of ${channels} bytes; decode it with decodePicture and the backbone's entry.preprocessing`;
