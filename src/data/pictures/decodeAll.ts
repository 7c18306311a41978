import { availableParallelism } from 'node:os';
import { messageOf } from '../../core/errors';
import { inOrder } from '../../core/inOrder';
import type { Example } from '../dataset';
import { decodePicture } from './decode';
import { knownPicture, readPicture } from './readPicture';
import type { ResizeOptions } from './resizePlan';

export interface DecodedPicture<Known> {
  example: Example;
  /** SHA-256 of the file */
  hash: string;
  /** what `lookUp` returned; then the picture was not decoded */
  known?: Known;
  /** RGB bytes [size, size, 3] */
  pixels?: Uint8Array;
  /** why it could not be decoded */
  reason?: string;
}

/**
 * Read and decode pictures in order on sharp's threads, some ahead of the consumer, so that decoding goes on while TensorFlow
 * computes. Memory holds at most `ahead` pictures.
 *
 * @param lookUp called with the hash of a file before decoding, and before reading where this process knows it from an earlier time;
 *   what it returns is passed on instead of pixels; default: all are decoded
 * @param ahead how many pictures may be in progress or waiting
 */
export async function* decodeAll<Known = never>(
  examples: readonly Example[],
  resize: ResizeOptions,
  lookUp?: (hash: string) => Known | undefined,
  ahead = 16 * availableParallelism(),
): AsyncGenerator<DecodedPicture<Known>> {
  yield* inOrder(examples, ahead, (example) => decodeOne(example, resize, lookUp));
}

async function decodeOne<Known>(
  example: Example,
  resize: ResizeOptions,
  lookUp: ((hash: string) => Known | undefined) | undefined,
): Promise<DecodedPicture<Known>> {
  let hash = '';
  try {
    const before = lookUp && (await knownPicture(example));
    const found = before === undefined ? undefined : lookUp?.(before);
    if (before !== undefined && found !== undefined) return { example, hash: before, known: found };
    const read = await readPicture(example);
    hash = read.hash;
    const known = lookUp?.(hash);
    if (known !== undefined) return { example, hash, known };
    return { example, hash, pixels: await decodePicture(read.content, resize, example.reading) };
  } catch (error) {
    return { example, hash, reason: messageOf(error) };
  }
}
