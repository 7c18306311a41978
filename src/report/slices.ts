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

/** A slice of fewer pictures says nothing: 0 of 4 right has an interval up to 49%. */
const LEAST = 5;
/** The slices shown. */
const SHOWN = 12;
/** Of more pictures than this a sample is opened, so that a page is made in a minute. */
const OPENED = 2000;
/** A side this much longer than the other makes a picture wide or tall. */
const LONGER = 1.1;

/**
 * Where the run is weak: the accuracy on slices of its validation pictures by folder, file type, size, shape and brightness.
 *
 * @param atHand the predictions whose pictures can be opened, with full paths; slices by content are of these only
 */
export async function sliceSections({ predictions }: SavedRun, atHand: readonly Prediction[]): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const looked = await lookedAt(atHand);
  const slices = [
    ...slicesBy('folder', severalFolders(predictions) ? predictions : [], ({ file }) => dirname(file)),
    ...slicesBy('file type', predictions, ({ file }) => typeOf(file)),
    ...slicesBy('shorter side in pixels', looked, ({ width, height }) => Math.min(width, height)),
    ...slicesBy('shape', looked, ({ width, height }) => shapeOf(width, height)),
    ...slicesBy('brightness, 0 to 1', looked, ({ brightness }) => brightness),
  ].sort((a, b) => a.accuracy - b.accuracy || b.total - a.total);
  if (slices.length === 0) return [];
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const all = formatShare(right / predictions.length);
  const sample = looked.length < atHand.length ? ` Pictures were opened: ${looked.length} of ${atHand.length}.` : '';
  const rows = slices
    .slice(0, SHOWN)
    .map(({ by, slice, accuracy, low, high, total }) => [
      ...[by, slice, formatShare(accuracy), `${formatShare(low)} to ${formatShare(high)}`, String(total)],
    ]);
  return [
    {
      heading: 'Where it is weak',
      words: `Accuracy on parts of the validation pictures, the worst ${SHOWN} at most, of at least ${LEAST} pictures each. Where the interval holds the accuracy of all, ${all}, the difference may be chance; so may be the lowest of many.${sample}`,
      table: {
        header: ['slice by', 'slice', 'accuracy', '95% interval', 'pictures'],
        rows,
        numbers: [false, false, true, true, true],
      },
    },
  ];
}

/** The slices of one property that have enough pictures; none where it is the same for all. */
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

/** Whether folders tell more than the class does, which has a chart of its own. */
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

type Looked = Prediction & { width: number; height: number; brightness: number };

/** Sizes and mean brightness of pictures; those that cannot be read are left out. */
async function lookedAt(atHand: readonly Prediction[]): Promise<Looked[]> {
  const some = atHand.length > OPENED ? new Random(0, 'slices').shuffled(atHand).slice(0, OPENED) : atHand;
  const looked: Looked[] = [];
  for await (const each of inOrder(some, 2 * availableParallelism(), look)) looked.push(...each);
  return looked;
}

async function look(prediction: Prediction): Promise<Looked[]> {
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
