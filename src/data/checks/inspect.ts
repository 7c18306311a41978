import { availableParallelism } from 'node:os';
import { messageOf } from '../../core/errors';
import { inOrder } from '../../core/inOrder';
import { type Example, openPicture, readPicture } from '..';
import { LOOK_SIDE, type Look, lookOf } from './perceptualHash';

/** The properties of one picture. */
export interface Inspected {
  example: Example;
  /** SHA-256 of its content; empty if it could not be read */
  hash: string;
  /** why it cannot be used; then the properties below are missing */
  reason?: string;
  /** upright, in pixels */
  width: number;
  height: number;
  /** such as jpeg or png; with the sample format when it is not 8 bits, such as tiff float32 */
  format: string;
  /** whether all its colours are grey */
  gray: boolean;
  look: Look;
}

export type Readable = Omit<Inspected, 'reason'>;

/** Open each picture once and decode it at a small size. */
export async function* inspectAll(
  examples: readonly Example[],
): AsyncGenerator<Readable | (Pick<Inspected, 'example' | 'hash'> & { reason: string })> {
  yield* inOrder(examples, 8 * availableParallelism(), inspect);
}

async function inspect(example: Example) {
  let hash = '';
  try {
    const read = await readPicture(example);
    hash = read.hash;
    const { image, width, height, format, samples } = await openPicture(read.content, example.reading);
    const { data } = await image
      .resize(LOOK_SIDE, LOOK_SIDE, { fit: 'fill', kernel: 'linear' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const shown = samples && samples !== 'uint8' ? `${format} ${samples}` : format;
    return { example, hash, width, height, format: shown, gray: isGray(data), look: lookOf(new Uint8Array(data)) };
  } catch (error) {
    return { example, hash, reason: messageOf(error) };
  }
}

function isGray(pixels: Uint8Array): boolean {
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 4) return false; // JPEG changes colours slightly
  }
  return true;
}
