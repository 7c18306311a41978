import { UserError } from '../core/errors';
import { type Preprocessing, preprocess } from '../models';
import { tf } from '../tensorflow';

/**
 * Preprocess decoded pictures for a model.
 *
 * @param pictures RGB bytes, each of shape [size, size, 3] with the input size of the preprocessing
 * @returns [batch, size, size, 3], float32, preprocessed
 * @throws {UserError} when a picture has another size
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
