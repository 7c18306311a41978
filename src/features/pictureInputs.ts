import { fileURLToPath } from 'node:url';
import { UserError } from '../core/errors';
import { type Example, type PictureContent, type Reading, readPicture } from '../data';
import { tf } from '../tensorflow';
import { pixelsOfTensor } from './imageTensors';

/**
 * A picture: the path or `file:` URL of a file, the content of a file as a Buffer, Uint8Array or Blob, or its pixels as a tensor
 * `[height, width, channels]` with 3 channels (RGB) or 1 (greyscale) and values from 0 to 255.
 */
export type PictureInput = string | URL | Uint8Array | Blob | tf.Tensor3D;

/** One picture or several; several may also be one tensor `[count, height, width, channels]`. */
export type PictureInputs = PictureInput | readonly PictureInput[] | tf.Tensor4D;

/** A picture with a name for messages. */
export interface NamedPicture {
  /** its path; for a picture in memory its name, or 'picture 3' for the third */
  file: string;
  /** whether `file` is the path of a file */
  onDisk?: boolean;
  /** how its samples become 8 bits, if that is known for this picture */
  reading?: Reading;
  /** @throws {UserError} with the reason, when it does not exist or is larger than 256 MB */
  read(): Promise<PictureContent>;
}

/** Larger contents are refused, as larger files are. */
const LARGEST = 256 * 2 ** 20;

/**
 * A list of the given pictures. Nothing is read yet; tensors are copied, and may be disposed.
 *
 * @param caller name of the function, for errors
 * @throws {UserError} when a value cannot be a picture
 */
export function listPictures(caller: string, inputs: PictureInputs): NamedPicture[] {
  if (inputs instanceof tf.Tensor && inputs.rank === 4) {
    const single = tf.unstack(inputs);
    try {
      return single.map((tensor, i) => pictureOf(caller, tensor as tf.Tensor3D, i));
    } finally {
      tf.dispose(single);
    }
  }
  const list: readonly PictureInput[] = Array.isArray(inputs) ? inputs : [inputs as PictureInput];
  return list.map((input, i) => pictureOf(caller, input, i));
}

function pictureOf(caller: string, input: PictureInput, place: number): NamedPicture {
  const name = `picture ${place + 1}`;
  if (typeof input === 'string') return ofFile(input);
  if (input instanceof URL) {
    if (input.protocol === 'file:') return ofFile(fileURLToPath(input));
    throw new UserError(`${caller}: ${name} is at '${input.href}', expected a file: URL; download it first`);
  }
  if (input instanceof tf.Tensor) {
    const pixels = pixelsOfTensor(input, `${caller}: ${name}`);
    return { file: name, read: async () => pixels };
  }
  if (input instanceof Uint8Array) {
    return { file: name, read: async () => bounded(Buffer.from(input.buffer, input.byteOffset, input.byteLength)) };
  }
  if (input instanceof Blob) {
    const file = 'name' in input && typeof input.name === 'string' && input.name !== '' ? input.name : name;
    return { file, read: async () => bounded(input).arrayBuffer().then(Buffer.from) };
  }
  const got = Array.isArray(input) ? 'a list' : input === null ? 'null' : typeof input;
  throw new UserError(
    `${caller}: ${name} is ${got}, expected a path, a file: URL, a Buffer or Blob with the content of a file, or a tensor`,
  );
}

const ofFile = (file: string): NamedPicture => pictureOfExample({ file });

/** The picture of an example of a dataset. */
export const pictureOfExample = ({
  file,
  pixels,
  reading,
}: Pick<Example, 'file' | 'pixels' | 'reading'>): NamedPicture => ({
  file,
  onDisk: pixels === undefined,
  reading,
  read: async () => (await readPicture({ file, pixels })).content,
});

function bounded<T extends Buffer | Blob>(content: T): T {
  const bytes = content instanceof Blob ? content.size : content.length;
  if (bytes <= LARGEST) return content;
  throw new UserError(`${Math.round(bytes / 2 ** 20)} MB of content, more than 256`);
}
