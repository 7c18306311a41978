import { type Augmentation, augmentPictures } from '../../augment';
import { type Chart, pictureGrid } from '../../charts';
import { checkNumber, withDefaults } from '../../core/options';
import { sharp } from '../../core/sharp';
import { decodePicture, type Example, readPicture } from '../../data';
import { tf } from '../../tensorflow';

/** Options of `previewAugmentation`. */
export interface PreviewOptions {
  /** augmented views of each picture, 1 to 50. Default: 6 */
  views?: number;
  /** decides the random numbers. Default: 0 */
  seed?: number;
  /** side of a shown picture in pixels. Default: 112 */
  size?: number;
  /** of the chart. Default: the name of the pipeline */
  title?: string;
}

/** Side in pixels at which pictures are augmented for the preview: the usual input size of a network. */
const SIDE = 224;

/**
 * Draw a row for each picture: the picture itself, then augmented views of it.
 *
 * @param images files, examples of a dataset, or a tensor [batch, height, width, 3] of values from 0 to 255
 * @param pipeline what `augmentation` or `augment.presetAugmentation` returns
 * @throws {UserError} if a file cannot be read as a picture, or an option is out of range
 *
 * @example
 * ```ts
 * import { augment, augmentation, previewAugmentation } from 'tunebook';
 * const pipeline = augmentation([augment.horizontalFlip(), augment.rotation({ degrees: 20 })]);
 * const chart = await previewAugmentation(['photo.jpg'], pipeline, { views: 3 });
 * chart.description; // a notebook draws the chart if it is the last value of a cell
 * ```
 */
export async function previewAugmentation(
  images: readonly (string | Example)[] | tf.Tensor4D,
  pipeline: Augmentation,
  options?: PreviewOptions,
): Promise<Chart> {
  const { views, seed, size, title } = withDefaults('previewAugmentation', options, {
    views: 6,
    seed: 0,
    size: 112,
    title: '',
  });
  checkNumber('previewAugmentation: views', views, { min: 1, max: 50, integer: true });
  const pictures = images instanceof tf.Tensor ? squares(images) : await Promise.all(images.map(decodeFile));
  const rows = [pictures];
  for (let view = 1; view <= views; view++) rows.push(await augmentPictures(pictures, SIDE, pipeline, { seed, view }));
  const shown = pictures.flatMap((_, i) => rows.map((row, view) => ({ pixels: row[i]!, view })));
  const cells = await Promise.all(
    shown.map(async ({ pixels, view }) => ({
      url: await dataUri(pixels, size),
      label: view === 0 ? 'original' : `view ${view}`,
    })),
  );
  return pictureGrid(cells, { columns: views + 1, size, title: title || pipeline.name });
}

async function decodeFile(image: string | Example): Promise<Uint8Array> {
  const example = typeof image === 'string' ? { file: image } : image;
  const { content } = await readPicture(example);
  const reading = 'reading' in example ? example.reading : undefined;
  return decodePicture(content, { inputSize: SIDE, crop: 0.875, interpolation: 'bicubic' }, reading);
}

function squares(images: tf.Tensor4D): Uint8Array[] {
  const resized = tf.tidy(() => tf.image.resizeBilinear(images, [SIDE, SIDE]).clipByValue(0, 255).round().dataSync());
  const bytes = new Uint8Array(resized);
  const length = SIDE * SIDE * 3;
  return Array.from({ length: images.shape[0] }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
}

async function dataUri(pixels: Uint8Array, size: number): Promise<string> {
  const jpeg = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .resize(size, size)
    .jpeg({ quality: 85 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
