import { UserError } from '../core/errors';
import { type Preprocessing, preprocess } from '../models';
import { tf } from '../tensorflow';

/**
 * Decoded pictures as a model takes them.
 *
 * @param pictures each [size, size, 3] as bytes of 0 to 255, of the preprocessing's input size
 * @returns [batch, size, size, 3], float32, preprocessed
 * @throws {UserError} if a picture has another size
 */
export function pictureTensor(pictures: readonly Uint8Array[], preprocessing: Preprocessing): tf.Tensor4D {
  const { inputSize: size } = preprocessing;
  const length = size * size * 3;
  const bytes = new Int32Array(pictures.length * length);
  pictures.forEach((picture, i) => {
    if (picture.length !== length) throw new UserError(`a picture has ${sizeOf(picture)}, ${expected(size)}`);
    bytes.set(picture, i * length);
  });
  return tf.tidy(() => preprocess(tf.tensor4d(bytes, [pictures.length, size, size, 3], 'int32'), preprocessing));
}

function sizeOf({ length }: Uint8Array): string {
  const side = Math.sqrt(length / 3);
  return Number.isInteger(side) ? `${side} x ${side} pixels` : `${length} bytes`;
}

const expected = (size: number) =>
  `expected ${size} x ${size} pixels of 3 bytes; decode it with decodePicture and the backbone's entry.preprocessing`;
