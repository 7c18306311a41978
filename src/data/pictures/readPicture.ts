import { open } from 'node:fs/promises';
import { UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import type { Example, RawPicture } from '../dataset';
import type { PictureContent } from './openPicture';
import type { Reading } from './reading';

/** Larger files are skipped, so that an archive named .jpg cannot fill the memory. */
const LARGEST_FILE = 256 * 2 ** 20;

/**
 * The content of a picture, from its file or from memory, and its SHA-256, which includes the reading if there is one.
 *
 * @throws {UserError} with the reason, when the file does not exist or is too large
 */
export async function readPicture({
  file,
  pixels,
  reading,
}: Pick<Example, 'file' | 'pixels' | 'reading'>): Promise<{ content: PictureContent; hash: string }> {
  if (pixels) return { content: pixels, hash: hashOfPixels(pixels) };
  try {
    const content = await contentOf(file);
    return { content, hash: hashOfFile(content, reading) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError('no such file');
    if (code === 'EACCES') throw new UserError('no permission to read the file');
    throw error;
  }
}

/** The SHA-256 by which the picture in a file is known: that of its bytes and, if there is one, of how they are read. */
export function hashOfFile(content: Uint8Array, reading?: Reading): string {
  const hash = sha256(content);
  return reading ? sha256(`${hash} ${JSON.stringify(reading)}`) : hash;
}

/** The bytes of a file, read with fewer calls than by `readFile`, which does not know its size. */
async function contentOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > LARGEST_FILE) throw new UserError(`a file of ${Math.round(size / 2 ** 20)} MB, more than 256`);
    const content = Buffer.allocUnsafeSlow(size); // of its own, as it is passed to other threads
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(content, filled, size - filled, filled);
      if (bytesRead === 0) break; // it became shorter
      filled += bytesRead;
    }
    return content.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

function hashOfPixels({ data, width, height }: RawPicture): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data]));
}
