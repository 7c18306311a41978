import { availableParallelism } from 'node:os';
import { messageOf } from '../../core/errors';
import { inOrder } from '../../core/inOrder';
import { sharp } from '../../core/sharp';
import { type Example, openPicture, readPicture } from '..';
import { pagesOf } from '../pictures/pages';
import { type Appearance, appearanceOf, MEASURED_SIDE } from './appearance';
import { bandsPicture } from './bandsPicture';
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
  /** such as jpeg or png; with the sample format when it is not 8 bits, and the bands when they are many: tiff uint16 of 13 bands */
  format: string;
  /** pages of a TIFF, frames of an animation: the first one is used */
  pages: number;
  /** whether all its colours are grey */
  gray: boolean;
  look: Look;
  appearance: Appearance;
}

export type Readable = Omit<Inspected, 'reason'>;

/** Open and decode each picture once, at the size that is measured; the small one that is compared with others is made from it. */
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
    const many = await bandsPicture(read.content, example.reading);
    const { image, width, height, format, samples } = await openPicture(many?.picture ?? read.content, example.reading);
    const size = measuredSize(width, height);
    const resize = { fit: 'fill', kernel: 'linear' } as const;
    const { data } = await image
      .resize({ ...size, ...resize })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const small = await sharp(data, { raw: { ...size, channels: 3 } })
      .resize(LOOK_SIDE, LOOK_SIDE, resize)
      .raw()
      .toBuffer();
    const shown = many?.format ?? (samples && samples !== 'uint8' ? `${format} ${samples}` : format);
    return {
      ...{ example, hash, width, height, format: shown, gray: isGray(small), look: lookOf(new Uint8Array(small)) },
      pages: Buffer.isBuffer(read.content) ? await pagesOf(read.content) : 1,
      appearance: appearanceOf(data, size.width, size.height),
    };
  } catch (error) {
    return { example, hash, reason: messageOf(error) };
  }
}

/** The size of the picture that is measured: not enlarged, and with enough pixels along both sides to be compared with others. */
function measuredSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, MEASURED_SIDE / Math.max(width, height));
  const side = (length: number) => Math.max(Math.min(length, LOOK_SIDE), Math.round(scale * length));
  return { width: side(width), height: side(height) };
}

function isGray(pixels: Uint8Array): boolean {
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 4) return false; // JPEG changes colours slightly
  }
  return true;
}
