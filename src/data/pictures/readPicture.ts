import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import type { Example, RawPicture } from '../dataset';
import { knownHash, rememberHash } from './fileHashes';
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
    const { content, stats } = await contentOf(file);
    const hash = sha256(content);
    rememberHash(file, stats, hash);
    return { content, hash: asRead(hash, reading) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError('no such file');
    if (code === 'EACCES') throw new UserError('no permission to read the file');
    throw error;
  }
}

/** The SHA-256 by which the picture in a file is known: that of its bytes and, if there is one, of how they are read. */
export const hashOfFile = (content: Uint8Array, reading?: Reading): string => asRead(sha256(content), reading);

/**
 * The hash that {@link readPicture} returns, without reading the file again, if this process has read it and it has not changed since.
 *
 * @returns undefined if it has to be read
 */
export async function knownPicture({
  file,
  pixels,
  reading,
}: Pick<Example, 'file' | 'pixels' | 'reading'>): Promise<string | undefined> {
  const hash = pixels ? undefined : await knownHash(file);
  return hash && asRead(hash, reading);
}

const asRead = (hash: string, reading: Reading | undefined): string =>
  reading ? sha256(`${hash} ${JSON.stringify(reading)}`) : hash;

/** The bytes of a file, read with fewer calls than by `readFile`, which does not know its size; and its state before. */
async function contentOf(file: string): Promise<{ content: Buffer; stats: BigIntStats }> {
  const handle = await open(file);
  try {
    const stats = await handle.stat({ bigint: true });
    const size = Number(stats.size);
    if (size > LARGEST_FILE) throw new UserError(`a file of ${Math.round(size / 2 ** 20)} MB, more than 256`);
    const content = Buffer.allocUnsafeSlow(size); // of its own, as it is passed to other threads
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(content, filled, size - filled, filled);
      if (bytesRead === 0) break; // it became shorter
      filled += bytesRead;
    }
    return { content: content.subarray(0, filled), stats };
  } finally {
    await handle.close();
  }
}

function hashOfPixels({ data, width, height }: RawPicture): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data]));
}
