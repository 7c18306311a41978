import sharp from 'sharp';
import { checkNumber, withDefaults } from '../options';
import { Random } from '../random';
import type { Dataset, Example } from './dataset';
import { LARGEST_PICTURE } from './decode';

export interface ThumbnailOptions {
  /** side of the square, in pixels */
  size?: number;
}

/** A small square of a picture's middle as a data URI, for charts; a gray one where the file cannot be read. */
export async function thumbnail(file: string, options?: ThumbnailOptions): Promise<string> {
  const { size } = withDefaults('thumbnail', options, { size: 112 });
  checkNumber('thumbnail: size', size, { min: 8, max: 1024, integer: true });
  const gray = { create: { width: size, height: size, channels: 3 as const, background: '#808080' } };
  const jpeg = await sharp(file, { limitInputPixels: LARGEST_PICTURE, autoOrient: true })
    .flatten({ background: '#ffffff' })
    .resize(size, size, { fit: 'cover' })
    .toColourspace('srgb')
    .jpeg({ quality: 80 })
    .toBuffer()
    .catch(() => sharp(gray).jpeg().toBuffer());
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
