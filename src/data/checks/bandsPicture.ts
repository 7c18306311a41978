import type { RawPicture } from '../dataset';
import { openBands } from '../pictures/bands';
import type { PictureContent } from '../pictures/openPicture';
import type { Reading } from '../pictures/reading';
import { deepFormat } from '../pictures/sampleFormat';

/**
 * A picture of many bands as one of red, green and blue, to look at: its bands in three groups, each the mean of a group, so that all of
 * them count.
 *
 * @returns the picture, and its format in words; undefined if it has those of a colour picture, or some were chosen for one
 * @throws {UserError} as `openBands` does
 */
export async function bandsPicture(
  content: PictureContent,
  reading?: Reading,
): Promise<{ picture: RawPicture; format: string } | undefined> {
  const deep = Buffer.isBuffer(content) ? await deepFormat(content) : undefined;
  if (!deep?.plain) return undefined;
  const bands = reading?.bands?.length ?? deep.bands - (deep.alpha ? 1 : 0);
  if (bands === 1 || bands === 3) return undefined;
  const parts = await openBands(content, bands, reading);
  const { width, height } = parts[0]!;
  const data = new Uint8Array(3 * width * height);
  for (let color = 0; color < 3; color++) {
    // of two bands the first one counts twice
    const first = Math.min(Math.floor((color * bands) / 3), bands - 1);
    const end = Math.max(first + 1, Math.floor(((color + 1) * bands) / 3));
    for (let at = 0; at < width * height; at++) {
      let sum = 0;
      for (let band = first; band < end; band++) sum += parts[Math.floor(band / 3)]!.data[3 * at + (band % 3)]!;
      data[3 * at + color] = Math.round(sum / (end - first));
    }
  }
  const samples = deep.kind === 'uint8' ? '' : ` ${deep.kind}`;
  return { picture: { data, width, height }, format: `${deep.format}${samples} of ${bands} bands` };
}
