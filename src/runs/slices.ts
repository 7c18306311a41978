import { availableParallelism } from 'node:os';
import { dirname, extname, resolve } from 'node:path';
import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { inOrder } from '../core/inOrder';
import { Random } from '../core/random';
import { openPicture, type Reading, readPicture } from '../data';
import type { PredictionRow, Slice } from '../metrics';
import { comparedSlices, slicesBy } from '../metrics/slicesBy';
import type { Prediction } from '../training';

/** Slices with fewer pictures are left out: 0 of 4 correct has an interval up to 49%. */
export const LEAST_PICTURES = 5;
/** Of more pictures than this, a random sample is opened, so that it takes about a minute at most. */
const OPENED = 2000;
/** From this ratio of its sides a picture counts as wide or tall. */
const LONGER = 1.1;

/** A picture with its prediction, and the other cells of its row in a table. */
export interface SlicedPicture extends Prediction {
  /** by name of the column. Default: none */
  columns?: Readonly<Record<string, string>>;
}

/** The slices of pictures by several properties. */
export interface PictureSlices {
  /** The lowest accuracy first; those of fewer than five pictures are left out. Each is compared with all other pictures. */
  slices: Slice[];
  /** Indices of the pictures of each slice. */
  members: (readonly number[])[];
  /** Numbers of pictures that were opened for size, shape and brightness, and of all; missing where all were opened. */
  sample?: { opened: number; pictures: number };
}

/** Options of `slicePictures`. */
export interface SlicePicturesOptions {
  /**
   * Names of the properties: class, folder, file type, size, shape, brightness, or columns of the table. Default: all but class, of
   * those that differ between the pictures
   */
  names?: readonly string[];
  /** The full path of a picture, or undefined where it must not be opened. Default: none is opened */
  pathOf?: (index: number) => string | undefined;
  /** How pictures that do not have 8 bits are read. Default: none is known */
  reading?: Reading;
  /** Confidence level of the intervals. Default: 0.95 */
  confidence?: number;
}

/** A property of pictures: one value for each, undefined where it is not known. */
interface Property {
  name: string;
  /** as it is called in tables, with its unit. Default: the name */
  title?: string;
  values(): readonly unknown[];
}

/**
 * The accuracy of pictures by their class, folder, file type, size, shape and brightness, and by the columns of the table that they
 * come from.
 *
 * @throws {UserError} if a name is not that of a property
 */
export async function slicePictures(
  pictures: readonly SlicedPicture[],
  classes: readonly string[],
  { names, pathOf = () => undefined, reading, confidence = 0.95 }: SlicePicturesOptions = {},
): Promise<PictureSlices> {
  const opens = names === undefined || names.some((name) => OF_CONTENT.some((property) => isCalled(property, name)));
  const { seen, sample } = opens ? await opened(pictures, pathOf, reading) : { seen: [] };
  const properties = [
    ...ofContent(seen),
    { name: 'class', values: () => pictures.map(({ label }) => classes[label]) },
    { name: 'folder', values: () => pictures.map(({ file }) => dirname(file)) },
    { name: 'file type', values: () => pictures.map(({ file }) => typeOf(file)) },
    ...columnsOf(pictures),
  ];
  const chosen = names === undefined ? usual(properties, pictures) : names.map((name) => named(properties, name));
  const found = chosen.flatMap(({ name, title = name, values }) => {
    const all = values();
    const known = [...all.keys()].filter((i) => all[i] !== undefined);
    const rows = known.map((i): PredictionRow => {
      const { label, predicted, group } = pictures[i]!;
      return { label, predicted, group };
    });
    const slices = slicesBy(
      title,
      rows,
      known.map((i) => all[i]),
      confidence,
    ).map((slice) => ({ ...slice, rows: slice.rows.map((row) => known[row]!) }));
    const enough = slices.filter(({ total }) => total >= LEAST_PICTURES);
    return enough.length > 1 ? enough : []; // a single slice holds all pictures, or nearly all
  });
  const compared = comparedSlices(found);
  return {
    slices: compared.map(({ rows: _, ...slice }) => slice),
    members: compared.map(({ rows }) => rows),
    ...(sample && { sample }),
  };
}

const isCalled = ({ name, title = name }: Pick<Property, 'name' | 'title'>, wanted: string) =>
  [name, title].some((each) => each.toLowerCase() === wanted.toLowerCase());

function named(properties: readonly Property[], name: string): Property {
  const found = properties.find((property) => isCalled(property, name));
  if (found) return found;
  const known = properties.map((property) => property.name);
  throw new UserError(
    `no property '${name}' to slice by; the properties are ${known.slice(0, 50).join(', ')}${didYouMean(name, known)}`,
  );
}

/** By class is the table of classes; by folder would be the same where each class has one folder. */
function usual(properties: readonly Property[], pictures: readonly Prediction[]): Property[] {
  return properties.filter(({ name }) => name !== 'class' && (name !== 'folder' || severalFolders(pictures)));
}

/** The columns of the table; one that is called as another property gets another name. */
function columnsOf(pictures: readonly SlicedPicture[]): Property[] {
  const names = [...new Set(pictures.flatMap(({ columns = {} }) => Object.keys(columns)))];
  const taken = ['class', 'folder', 'file type', ...OF_CONTENT.map(({ name }) => name)];
  return names.map((column) => ({
    name: taken.includes(column.toLowerCase()) ? `${column} (column)` : column,
    values: () => numbersIn(pictures.map(({ columns }) => columns?.[column] ?? '')),
  }));
}

/** Texts as numbers where all are numbers, so that they are divided into ranges. */
function numbersIn(cells: readonly string[]): readonly unknown[] {
  const numbers = cells.map((cell) => (cell === '' ? '' : Number(cell)));
  return numbers.every((value) => value === '' || Number.isFinite(value)) ? numbers : cells;
}

/** Whether a class has several folders; otherwise slices by folder would repeat the accuracy of each class. */
function severalFolders(pictures: readonly Prediction[]): boolean {
  const folders = new Map<number, string>();
  return pictures.some(({ file, label }) => {
    const folder = dirname(file);
    const other = folders.has(label) && folders.get(label) !== folder;
    folders.set(label, folder);
    return other;
  });
}

const typeOf = (file: string) => extname(file).slice(1).toLowerCase().replace(/^jpg$/, 'jpeg') || 'none';

interface Look {
  width: number;
  height: number;
  brightness: number;
}

/** The properties for which a picture must be opened. */
const OF_CONTENT: (Pick<Property, 'name' | 'title'> & { of: (look: Look) => unknown })[] = [
  { name: 'size', title: 'shorter side in pixels', of: ({ width, height }) => Math.min(width, height) },
  { name: 'shape', of: ({ width, height }) => shapeOf(width, height) },
  { name: 'brightness', title: 'brightness, 0 to 1', of: ({ brightness }) => brightness },
];

const ofContent = (seen: readonly (Look | undefined)[]): Property[] =>
  OF_CONTENT.map(({ of, ...property }) => ({ ...property, values: () => seen.map((look) => look && of(look)) }));

function shapeOf(width: number, height: number): string {
  if (width > LONGER * height) return 'wide';
  return height > LONGER * width ? 'tall' : 'square';
}

/** Sizes and mean brightness of pictures; undefined for those that were not drawn, must not be opened, or cannot be read. */
async function opened(
  pictures: readonly Prediction[],
  pathOf: (index: number) => string | undefined,
  reading: Reading | undefined,
) {
  const paths = pictures.flatMap((_, index) => {
    const path = pathOf(index);
    return path === undefined ? [] : [{ index, path }];
  });
  const some = paths.length > OPENED ? new Random(0, 'slices').shuffled(paths).slice(0, OPENED) : paths;
  const seen = new Array<Look | undefined>(pictures.length).fill(undefined);
  let count = 0;
  for await (const { index, look } of inOrder(some, 2 * availableParallelism(), (each) => lookAt(each, reading))) {
    seen[index] = look;
    if (look) count++;
  }
  const sample = count < paths.length ? { opened: count, pictures: paths.length } : undefined;
  return { seen, sample };
}

async function lookAt(
  { index, path }: { index: number; path: string },
  reading: Reading | undefined,
): Promise<{ index: number; look?: Look }> {
  try {
    const { content } = await readPicture({ file: resolve(path) });
    const { image, width, height } = await openPicture(content, reading);
    const small = image.resize(16, 16, { fit: 'fill' }).toColourspace('b-w');
    const grays = await small.raw({ depth: 'uchar' }).toBuffer();
    const brightness = grays.reduce((sum, gray) => sum + gray, 0) / grays.length / 255;
    return { index, look: { width, height, brightness } };
  } catch {
    return { index };
  }
}
