import { checkNumber, withDefaults } from '../../core/options';
import { Random } from '../../core/random';
import { sharp } from '../../core/sharp';
import type { Dataset, Example } from '../dataset';
import { openPicture } from './openPicture';
import { readPicture } from './readPicture';

export interface ThumbnailOptions {
  /** side of the square, in pixels */
  size?: number;
}

/**
 * A small square of a picture's middle as a data URI, for charts; a gray one where it cannot be read.
 *
 * @param picture a file, or an example of a dataset
 */
export async function thumbnail(picture: string | Example, options?: ThumbnailOptions): Promise<string> {
  const { size } = withDefaults('thumbnail', options, { size: 112 });
  checkNumber('thumbnail: size', size, { min: 8, max: 1024, integer: true });
  const gray = { create: { width: size, height: size, channels: 3 as const, background: '#808080' } };
  const square = async () => {
    const example = typeof picture === 'string' ? { file: picture } : picture;
    const { content } = await readPicture(example);
    const { image } = await openPicture(content, 'reading' in example ? example.reading : undefined);
    return image.resize(size, size, { fit: 'cover' }).toColourspace('srgb').jpeg({ quality: 80 }).toBuffer();
  };
  const jpeg = await square().catch(() => sharp(gray).jpeg().toBuffer());
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/**
 * The same number of pictures of every class, drawn at random, class by class.
 *
 * @param perClass how many, or all where a class has fewer
 */
export function sampleExamples({ classes, examples }: Dataset, perClass: number, seed = 0): Example[] {
  checkNumber('sampleExamples: perClass', perClass, { min: 1, integer: true });
  const random = new Random(seed, 'sample of examples');
  return classes.flatMap((_, label) =>
    random.shuffled(examples.filter((example) => example.label === label)).slice(0, perClass),
  );
}
