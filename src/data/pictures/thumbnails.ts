import { checkNumber, withDefaults } from '../../core/options';
import { Random } from '../../core/random';
import { sharp } from '../../core/sharp';
import type { Dataset, Example } from '../dataset';
import { openPicture } from './openPicture';
import { isRangeOfBands, type Reading, type SampleKind } from './reading';
import { readPicture } from './readPicture';

/** Options of {@link thumbnail}. */
export interface ThumbnailOptions {
  /** Side of the square in pixels, from 8 to 1024. Default: 112 */
  size?: number;
}

/**
 * A small square version of a picture, cropped at its centre, as a data URI for charts; a grey square when it cannot be read.
 *
 * @param picture the path of a file, or an example of a dataset
 * @returns a JPEG as `data:image/jpeg;base64,...`
 * @throws {UserError} on an unknown option, or a size out of range
 *
 * @example
 * ```ts
 * import { thumbnail } from 'tunebook';
 *
 * const uri = await thumbnail('photo.jpg', { size: 32 });
 * uri.slice(0, 23); // => 'data:image/jpeg;base64,'
 * ```
 */
export async function thumbnail(picture: string | Example, options?: ThumbnailOptions): Promise<string> {
  const { size } = withDefaults('thumbnail', options, { size: 112 });
  checkNumber('thumbnail: size', size, { min: 8, max: 1024, integer: true });
  const gray = { create: { width: size, height: size, channels: 3 as const, background: '#808080' } };
  const square = async () => {
    const example = typeof picture === 'string' ? { file: picture } : picture;
    const { content } = await readPicture(example);
    const reading = 'reading' in example ? example.reading : undefined;
    // of many bands, the first three are shown
    const { image } = await openPicture(content, reading).catch(() => openPicture(content, ofThreeBands(reading)));
    return image.resize(size, size, { fit: 'cover' }).toColourspace('srgb').jpeg({ quality: 80 }).toBuffer();
  };
  const jpeg = await square().catch(() => sharp(gray).jpeg().toBuffer());
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** How the first three bands that are read become red, green and blue. */
function ofThreeBands({ bands = [0, 1, 2], ranges = {}, ...rest }: Reading = {}): Reading {
  const widest = (range: NonNullable<Reading['ranges']>[SampleKind]) => {
    if (!isRangeOfBands(range)) return range;
    const three = range.slice(0, 3);
    return [Math.min(...three.map(([low]) => low)), Math.max(...three.map(([, high]) => high))] as const;
  };
  const shown = Object.fromEntries(Object.entries(ranges).map(([kind, range]) => [kind, widest(range)]));
  return { ...rest, bands: bands.slice(0, bands.length < 3 ? 1 : 3), ranges: shown };
}

/**
 * Draw pictures of every class at random, for example to show them.
 *
 * @param dataset labelled pictures
 * @param perClass pictures per class, at least 1; a class with fewer gives all of its pictures
 * @param seed random seed. Default: 0
 * @returns the pictures, class by class
 * @throws {UserError} when `perClass` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { imageFolder, sampleExamples } from 'tunebook';
 *
 * sampleExamples(imageFolder('photos'), 2).map(({ label }) => label); // => [ 0, 0, 1, 1, 2, 2 ]
 * ```
 */
export function sampleExamples(dataset: Dataset, perClass: number, seed = 0): Example[] {
  const { classes, examples } = dataset;
  checkNumber('sampleExamples: perClass', perClass, { min: 1, integer: true });
  const random = new Random(seed, 'sample of examples');
  return classes.flatMap((_, label) =>
    random.shuffled(examples.filter((example) => example.label === label)).slice(0, perClass),
  );
}
