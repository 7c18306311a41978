import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import type { Example, RawPicture } from '../dataset';
import type { PictureContent } from './openPicture';

/** Files above this size are skipped, so that a stray archive named .jpg cannot fill the memory. */
const LARGEST_FILE = 256 * 2 ** 20;

/**
 * A picture's content and its SHA-256 (with how it is read, where that is said), from its file or from memory.
 *
 * @throws {UserError} with the reason in words, when the file is not there or absurdly large
 */
export async function readPicture({
  file,
  pixels,
  reading,
}: Pick<Example, 'file' | 'pixels' | 'reading'>): Promise<{ content: PictureContent; hash: string }> {
  if (pixels) return { content: pixels, hash: hashOfPixels(pixels) };
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new UserError(`a file of ${Math.round(size / 2 ** 20)} MB, more than 256`);
    const content = await readFile(file);
    const hash = sha256(content);
    return { content, hash: reading ? sha256(`${hash} ${JSON.stringify(reading)}`) : hash };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError('no such file');
    if (code === 'EACCES') throw new UserError('no permission to read the file');
    throw error;
  }
}

function hashOfPixels({ data, width, height }: RawPicture): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data]));
}
