import { fileURLToPath } from 'node:url';
import { UserError } from '../core/errors';
import { type Example, type PictureContent, type Reading, readPicture } from '../data';
import { tf } from '../tensorflow';
import { pixelsOfTensor } from './imageTensors';

/**
 * A picture: the path or `file:` URL of a file, the content of one (a Buffer or Uint8Array, or a Blob), or its pixels as a
 * tensor [height, width, 3 or 1] of 0 to 255.
 */
export type PictureInput = string | URL | Uint8Array | Blob | tf.Tensor3D;

/** One picture or several; pixels of several may be one tensor [count, height, width, 3 or 1]. */
export type PictureInputs = PictureInput | readonly PictureInput[] | tf.Tensor4D;

/** A picture with a name to tell of it by. */
export interface NamedPicture {
  /** the path; of a picture in memory its name where it has one, else 'picture 3' for the third */
  file: string;
  /** whether `file` is the path of a file */
  onDisk?: boolean;
  /** how its samples become 8 bits, where it says so itself */
  reading?: Reading;
  /** @throws {UserError} with the reason in words, where it is not there or absurdly large */
  read(): Promise<PictureContent>;
}

/** Contents above this size are refused, as files are. */
const LARGEST = 256 * 2 ** 20;

/**
 * Whatever is given as pictures, as a list. Nothing is read yet; tensors are copied, and may be disposed of.
 *
 * @param caller the function, for the error
 * @throws {UserError} if something of it cannot be a picture, whatever it holds
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
