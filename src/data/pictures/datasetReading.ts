import { open, readFile } from 'node:fs/promises';
import { inOrder } from '../../core/inOrder';
import type { Dataset, Example } from '../dataset';
import type { DeepFormat } from './deepFormat';
import { extremes } from './deepPicture';
import {
  checkBands,
  checkFit,
  checkRange,
  type Fit,
  type Reading,
  type SampleKind,
  type SampleRange,
  sampleKindName,
} from './reading';
import { deepFormat, mayBeDeep, START } from './sampleFormat';

/** Which values are black and white in pictures that do not have 8 bits per sample. */
export type RangeOption = 'auto' | 'full' | 'percentile' | SampleRange;

/** How the samples of pictures become 8 bits per colour. */
export interface ReadingOptions {
  /**
   * Which values are black and white in pictures that do not have 8 bits per sample. `'auto'`: for unsigned integers from 0 to the
   * largest value of the bits that the dataset uses (10, 12, 14, 16, ...), for floating point 0 to 1 or 0 to 255 when all values are
   * within it, otherwise as `'percentile'`; for DICOM files the window that they name, each its own when they differ, or as
   * `'percentile'` when one has none. `'full'`: the range of the format (floating point: 0 to 1). `'percentile'`: the 1st to the 99th
   * percentile over the dataset. Or two numbers (DICOM: in the unit of the files, such as Hounsfield). Default: `'auto'`
   */
  range?: RangeOption;
  /** The bands for red, green and blue, or for grey, numbered from 0. Default: the first three, or the only one */
  bands?: readonly number[];
}

/** The most pictures of a format whose samples are examined, evenly spaced. */
const MOST_EXAMINED = 200;
/** Samples per picture that percentiles are computed from. */
const SAMPLES = 5000;

/**
 * Add a {@link Reading} to all pictures of a dataset, when some do not have 8 bits per sample, or bands are given.
 * All pictures of a format share one range, so that a dark picture stays dark; {@link Dataset.notes} says which.
 *
 * @throws {UserError} on an unknown range
 */
export async function withReading(dataset: Dataset, { range = 'auto', bands }: ReadingOptions = {}): Promise<Dataset> {
  if (bands !== undefined) checkBands('openDataset', bands);
  if (range !== 'auto' && range !== 'full' && range !== 'percentile') checkRange('openDataset', range);
  const pictures = [...dataset.examples, ...(dataset.unlabelled ?? [])];
  const kinds = await kindsOf(pictures);
  if (kinds.size === 0 && bands === undefined) return dataset;
  const ranges: NonNullable<Reading['ranges']> = {};
  const notes: string[] = [];
  for (const [kind, { files, windows }] of kinds) {
    const step = Math.max(1, files.length / MOST_EXAMINED);
    const some = Array.from({ length: Math.min(files.length, MOST_EXAMINED) }, (_, i) => files[Math.floor(i * step)]!);
    const ofBands = await statisticsOf(some, bands);
    if (ofBands.length === 0) continue;
    const seen = together(ofBands);
    if (ofBands.length !== 1 && ofBands.length !== 3 && (range === 'auto' || range === 'percentile')) {
      // bands of a satellite differ in their values more than colours do
      ranges[kind] = ofBands.map((band) => rangeOf(kind, 'percentile', band));
      notes.push(
        `${files.length} pictures have ${sampleKindName(kind)} samples in ${ofBands.length} bands, from ${shown(seen.low)} to ${shown(seen.high)}: of each band the values from the 1st to the 99th percentile are read as 0 to 255`,
      );
      continue;
    }
    const window = kind === 'dicom' && range === 'auto' ? commonWindow(windows) : undefined;
    const found = window ?? rangeOf(kind, range, seen);
    ranges[kind] = found;
    const of = some.length < files.length ? ` (in ${some.length} of them)` : '';
    const how = typeof range === 'string' ? ` (range '${range}'${window ? ': the window in the files' : ''})` : '';
    const limits =
      found === 'window'
        ? `each is read with the window in its file, as they differ (range '${range}')`
        : `${shown(found[0])} is read as black and ${shown(found[1])} as white${how}`;
    notes.push(
      `${files.length} pictures have ${sampleKindName(kind)} samples, from ${shown(seen.low)} to ${shown(seen.high)}${of}: ${limits}`,
    );
  }
  const reading: Reading = {
    ...(kinds.size > 0 && { ranges }),
    ...(bands && { bands }),
  };
  const read = (example: Example): Example => ({ ...example, reading });
  return {
    ...dataset,
    examples: dataset.examples.map(read),
    ...(dataset.unlabelled && { unlabelled: dataset.unlabelled.map(read) }),
    ...(notes.length > 0 && { notes: [...(dataset.notes ?? []), ...notes] }),
  };
}

/**
 * A dataset whose pictures become square in another way. It is part of each picture's {@link Reading}, so that it is kept with a run and
 * used for new pictures.
 *
 * @param fit crop the centre (`'crop'`), change the aspect ratio (`'stretch'`), or add black borders (`'pad'`). Default: `'crop'`
 * @throws {UserError} on another value
 */
export function withFit(dataset: Dataset, fit: Fit = 'crop'): Dataset {
  checkFit('withFit', fit);
  const fitted = (example: Example): Example => {
    const { reading: { fit: _, ...others } = {}, ...rest } = example;
    const reading = fit === 'crop' ? others : { ...others, fit };
    return Object.keys(reading).length > 0 ? { ...rest, reading } : rest;
  };
  return {
    ...dataset,
    examples: dataset.examples.map(fitted),
    ...(dataset.unlabelled && { unlabelled: dataset.unlabelled.map(fitted) }),
  };
}

/** Files of one number format. */
interface FilesOfKind {
  files: string[];
  /** of DICOM files, the different windows as text; an empty text when a file has none */
  windows: Set<string>;
}

/** Files by number format, without those of 8 bits. Files that cannot be read are reported later, when they are decoded. */
async function kindsOf(pictures: readonly Example[]): Promise<Map<SampleKind, FilesOfKind>> {
  const kinds = new Map<SampleKind, FilesOfKind>();
  const files = pictures.filter(({ pixels }) => pixels === undefined).map(({ file }) => file);
  for await (const { file, format } of inOrder(files, 16, async (file) => ({ file, format: await formatOf(file) }))) {
    if (format === undefined || format.kind === 'uint8') continue;
    const known = kinds.get(format.kind) ?? { files: [], windows: new Set() };
    known.files.push(file);
    known.windows.add(format.window);
    kinds.set(format.kind, known);
  }
  return kinds;
}

async function formatOf(file: string): Promise<{ kind: SampleKind; window: string } | undefined> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
      if (bytesRead < 32 || !mayBeDeep(buffer)) return undefined;
    } finally {
      await handle.close();
    }
    const format = await deepFormat(await readFile(file));
    if (!format?.plain) return undefined;
    const { kind, display } = format;
    return { kind, window: display ? JSON.stringify(display.range ?? 'window') : '' };
  } catch {
    return undefined;
  }
}

/** The window of all DICOM files, `'window'` when they differ, or undefined when one has none. */
function commonWindow(windows: ReadonlySet<string>): SampleRange | 'window' | undefined {
  if (windows.has('')) return undefined;
  return windows.size === 1 ? (JSON.parse([...windows][0]!) as SampleRange | 'window') : 'window';
}

interface Statistics {
  low: number;
  high: number;
  /** the values that the samples of the format can have, where they depend on the file */
  full?: SampleRange;
  /** some of the samples, sorted */
  samples: Float64Array;
}

async function statisticsOf(files: readonly string[], bands: readonly number[] | undefined): Promise<Statistics[]> {
  const found: { low: number; high: number; samples: number[] }[] = [];
  let full: SampleRange | undefined;
  for (const file of files) {
    try {
      const format = (await deepFormat(await readFile(file)))!;
      const read = await format.read(bands ?? colorBands(format));
      if (format.full) {
        const [lowest, highest] = full ?? format.full;
        full = [Math.min(lowest, format.full[0]), Math.max(highest, format.full[1])];
      }
      const count = read.reduce((sum, band) => sum + band.length, 0);
      const step = Math.max(1, Math.ceil(count / SAMPLES));
      read.forEach((band, place) => {
        const [least, most] = extremes([band]);
        found[place] ??= { low: Infinity, high: -Infinity, samples: [] };
        const seen = found[place];
        [seen.low, seen.high] = [Math.min(seen.low, least), Math.max(seen.high, most)];
        for (let i = 0; i < band.length; i += step) if (Number.isFinite(band[i])) seen.samples.push(band[i]!);
      });
    } catch {
      // reported when it is decoded
    }
  }
  return found
    .filter(({ low, high }) => low <= high)
    .map(({ low, high, samples }) => ({
      low,
      high,
      ...(full && { full }),
      samples: Float64Array.from(samples).sort(),
    }));
}

/** Of all bands. */
function together(bands: readonly Statistics[]): Statistics {
  const samples = Float64Array.from(bands.flatMap((band) => Array.from(band.samples))).sort();
  const [low, high] = [Math.min(...bands.map((band) => band.low)), Math.max(...bands.map((band) => band.high))];
  return { ...bands[0]!, low, high, samples };
}

const colorBands = ({ bands, alpha }: DeepFormat) => Array.from({ length: bands - (alpha ? 1 : 0) }, (_, i) => i);

function rangeOf(kind: SampleKind, range: RangeOption, { low, high, full, samples }: Statistics): SampleRange {
  if (typeof range !== 'string') return range;
  const percentile = (part: number) => samples[Math.round(part * (samples.length - 1))]!;
  const rising = (from: number, to: number): SampleRange => (from < to ? [from, to] : [from, from + 1]);
  if (kind === 'dicom') return range === 'full' && full ? full : rising(percentile(0.01), percentile(0.99));
  const bits = Number(/\d+$/.exec(kind)![0]);
  const isFloat = kind.startsWith('float');
  if (range === 'full') {
    if (isFloat) return [0, 1];
    return kind.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  }
  if (range === 'percentile') return rising(percentile(0.01), percentile(0.99));
  if (isFloat && low >= 0 && high <= 1.001) return [0, 1]; // slightly above 1 because of rounding
  if (isFloat && low >= 0 && high > 2 && high <= 255.5) return [0, 255];
  if (!isFloat && low >= 0) return [0, 2 ** [8, 10, 12, 14, 16, 24, 32].find((some) => high < 2 ** some)! - 1];
  return rising(percentile(0.01), percentile(0.99));
}

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
