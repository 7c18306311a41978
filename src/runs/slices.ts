import { availableParallelism } from 'node:os';
import { dirname, extname, resolve } from 'node:path';
import { inOrder } from '../core/inOrder';
import { Random } from '../core/random';
import { formatShare } from '../core/text';
import { openPicture, readPicture } from '../data';
import { type PredictionRow, type Slice, sliceAccuracy } from '../metrics';
import type { SavedRun } from '../runs';
import type { Prediction } from '../training';
import type { Section } from './figures';

/** Slices with fewer pictures are left out: 0 of 4 correct has an interval up to 49%. */
const LEAST = 5;
/** The most slices that are shown. */
const SHOWN = 12;
/** Of more pictures than this, a random sample is opened, so that a report takes about a minute at most. */
const OPENED = 2000;
/** From this ratio of its sides a picture counts as wide or tall. */
const LONGER = 1.1;

/**
 * The accuracy on slices of the validation pictures by folder, file type, size, shape and brightness, the lowest first.
 *
 * @param available the predictions whose pictures can be opened, with full paths; slices by content use only these
 */
export async function sliceSections({ predictions }: SavedRun, available: readonly Prediction[]): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const opened = await measured(available);
  const slices = [
    ...slicesBy('folder', severalFolders(predictions) ? predictions : [], ({ file }) => dirname(file)),
    ...slicesBy('file type', predictions, ({ file }) => typeOf(file)),
    ...slicesBy('shorter side in pixels', opened, ({ width, height }) => Math.min(width, height)),
    ...slicesBy('shape', opened, ({ width, height }) => shapeOf(width, height)),
    ...slicesBy('brightness, 0 to 1', opened, ({ brightness }) => brightness),
  ].sort((a, b) => a.accuracy - b.accuracy || b.total - a.total);
  if (slices.length === 0) return [];
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const all = formatShare(right / predictions.length);
  const sample =
    opened.length < available.length
      ? ` Size, shape and brightness are of ${opened.length} of the ${available.length} pictures.`
      : '';
  const rows = slices
    .slice(0, SHOWN)
    .map(({ by, slice, accuracy, low, high, total }) => [
      ...[by, slice, formatShare(accuracy), `${formatShare(low)} to ${formatShare(high)}`, String(total)],
    ]);
  return [
    {
      heading: 'Accuracy on slices',
      words: `Accuracy on parts of the validation pictures: the lowest ${SHOWN} at most, of at least ${LEAST} pictures each. If the interval contains the overall accuracy of ${all}, the difference may be chance; and of many slices, some are low by chance.${sample}`,
      table: {
        header: ['slice by', 'slice', 'accuracy', '95% interval', 'pictures'],
        rows,
        numbers: [false, false, true, true, true],
      },
    },
  ];
}

/** The slices of one property with enough pictures; none if all pictures have the same value. */
function slicesBy<T extends Prediction>(
  by: string,
  predictions: readonly T[],
  property: (prediction: T) => string | number,
): (Slice & { by: string })[] {
  if (predictions.length === 0) return [];
  const rows = predictions.map((each): PredictionRow => ({ ...each, [by]: property(each) }));
  const slices = sliceAccuracy(rows, by);
  if (slices.length < 2) return [];
  return slices.filter(({ total }) => total >= LEAST).map((slice) => ({ by, ...slice }));
}

/** Whether a class has several folders; otherwise slices by folder would repeat the accuracy of each class. */
function severalFolders(predictions: readonly Prediction[]): boolean {
  const folders = new Map<number, string>();
  return predictions.some(({ file, label }) => {
    const folder = dirname(file);
    const other = folders.has(label) && folders.get(label) !== folder;
    folders.set(label, folder);
    return other;
  });
}

const typeOf = (file: string) => extname(file).slice(1).toLowerCase().replace(/^jpg$/, 'jpeg') || 'none';

function shapeOf(width: number, height: number): string {
  if (width > LONGER * height) return 'wide';
  return height > LONGER * width ? 'tall' : 'square';
}

type Measured = Prediction & { width: number; height: number; brightness: number };

/** Sizes and mean brightness of pictures; those that cannot be read are left out. */
async function measured(available: readonly Prediction[]): Promise<Measured[]> {
  const some = available.length > OPENED ? new Random(0, 'slices').shuffled(available).slice(0, OPENED) : available;
  const opened: Measured[] = [];
  for await (const each of inOrder(some, 2 * availableParallelism(), look)) opened.push(...each);
  return opened;
}

async function look(prediction: Prediction): Promise<Measured[]> {
  try {
    const { content } = await readPicture({ file: resolve(prediction.file) });
    const { image, width, height } = await openPicture(content);
    const small = image.resize(16, 16, { fit: 'fill' }).toColourspace('b-w');
    const grays = await small.raw({ depth: 'uchar' }).toBuffer();
    const brightness = grays.reduce((sum, gray) => sum + gray, 0) / grays.length / 255;
    return [{ ...prediction, width, height, brightness }];
  } catch {
    return [];
  }
}
