import { open } from 'node:fs/promises';
import { inOrder } from '../../core/inOrder';
import { sharp } from '../../core/sharp';
import { counted, listed } from '../../core/text';
import { extensionOf } from './contentFormat';

/** Files of formats that can have several pictures. */
const MAY_HAVE_SEVERAL = /\.(tiff?|gif|webp)$/i;
/** So many bytes at the start of a WebP say whether it is an animation: their meaning is in https://developers.google.com/speed/webp/docs/riff_container */
const START = 21;
const WEBP = { extended: 'VP8X', at: 12, flags: 20, animation: 0b10 };

/** Number of pages of a TIFF, or of frames of an animation; 1 for a file of any other format, or one that sharp cannot read. */
export async function pagesOf(content: Buffer): Promise<number> {
  if (!['.tif', '.gif', '.webp'].includes(extensionOf(content) ?? '') || isStillWebp(content)) return 1;
  return countPages(content);
}

/**
 * Say which files have several pages or frames, of which only the first one is used. Files that cannot be read are reported elsewhere.
 *
 * @returns undefined if there are none
 */
export async function describePages(
  files: readonly string[],
  nameOf: (file: string) => string,
): Promise<string | undefined> {
  const candidates = files.filter((file) => MAY_HAVE_SEVERAL.test(file));
  const found: string[] = [];
  const counting = async (file: string) => ({ file, pages: await pagesOfFile(file) });
  for await (const { file, pages } of inOrder(candidates, 16, counting)) if (pages > 1) found.push(nameOf(file));
  if (found.length === 0) return undefined;
  return `of ${counted(found.length, 'file')} with several pages or frames only the first one is used: ${listed(found)}`;
}

async function pagesOfFile(file: string): Promise<number> {
  try {
    const handle = await open(file);
    let start: Buffer;
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
      start = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
    return isStillWebp(start) ? 1 : await countPages(file);
  } catch {
    return 1;
  }
}

function isStillWebp(start: Uint8Array): boolean {
  if (extensionOf(start) !== '.webp') return false;
  const isExtended = Buffer.from(start).toString('latin1', WEBP.at, WEBP.at + 4) === WEBP.extended;
  return !isExtended || (start[WEBP.flags]! & WEBP.animation) === 0;
}

async function countPages(content: Buffer | string): Promise<number> {
  try {
    return (await sharp(content).metadata()).pages ?? 1;
  } catch {
    return 1; // only geotiff can read it
  }
}
