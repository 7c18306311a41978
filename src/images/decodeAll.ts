import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { messageOf } from '../errors';
import { sha256 } from '../files';
import type { Example } from './dataset';
import { decodePicture, type Framing } from './decode';

/** Files above this size are skipped, so that a stray archive named .jpg cannot fill the memory. */
const LARGEST_FILE = 256 * 2 ** 20;

export interface PictureContent<Known> {
  example: Example;
  /** SHA-256 of the file */
  hash: string;
  /** what `lookUp` knew of this content; the picture was not decoded then */
  known?: Known;
  /** [size, size, 3] as bytes */
  pixels?: Uint8Array;
  /** why there is nothing */
  reason?: string;
}

/**
 * Read and decode pictures in order, a few ahead of whoever takes them, on sharp's threads: decoding goes on while
 * TensorFlow computes. Memory holds `ahead` pictures, however many there are.
 *
 * @param lookUp asked with a file's hash before decoding; what it returns is passed on instead of pixels
 * @param ahead how many pictures may be in work or waiting
 */
export async function* decodeAll<Known = never>(
  examples: readonly Example[],
  framing: Framing,
  lookUp: (hash: string) => Known | undefined = () => undefined,
  ahead = 16 * availableParallelism(),
): AsyncGenerator<PictureContent<Known>> {
  const started: Promise<PictureContent<Known>>[] = [];
  let next = 0;
  const start = () => {
    const example = examples[next++];
    if (example) started.push(decodeOne(example, framing, lookUp));
  };
  for (let i = 0; i < ahead; i++) start();
  for (let picture = started.shift(); picture; picture = started.shift()) {
    yield await picture;
    start();
  }
}

async function decodeOne<Known>(
  example: Example,
  framing: Framing,
  lookUp: (hash: string) => Known | undefined,
): Promise<PictureContent<Known>> {
  let hash = '';
  try {
    const { size } = await stat(example.file);
    if (size > LARGEST_FILE)
      return { example, hash, reason: `a file of ${Math.round(size / 2 ** 20)} MB, more than 256` };
    const content = await readFile(example.file);
    hash = sha256(content);
    const known = lookUp(hash);
    if (known !== undefined) return { example, hash, known };
    return { example, hash, pixels: await decodePicture(content, framing) };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { example, hash, reason: missing ? 'no such file' : messageOf(error) };
  }
}
