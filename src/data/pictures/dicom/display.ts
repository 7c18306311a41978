import type { Display } from '../reading';
import { type DicomFile, numberOf, textOf } from './dicomTags';
import { type LookupTable, lookUp, lookupTable } from './lookupTable';
import type { PixelDescription } from './pixelDescription';

/** The numbers that the stored samples stand for, such as Hounsfield units (DICOM PS3.3, section C.11.1). */
export function valuesOf(file: DicomFile, { signed }: PixelDescription): (sample: number) => number {
  const table = tableOf(file, 'x00283000', signed);
  if (table) return (sample) => lookUp(table, sample);
  const slope = numberOf(file.tags, 'x00281053') ?? 1;
  const intercept = numberOf(file.tags, 'x00281052') ?? 0;
  return slope === 1 && intercept === 0 ? (sample) => sample : (sample) => slope * sample + intercept;
}

/**
 * The first window of a file, or its table (DICOM PS3.3, section C.11.2).
 *
 * @returns undefined when it has none
 */
export function displayOf(file: DicomFile, { signed }: PixelDescription): Display | undefined {
  const { tags } = file;
  const table = tableOf(file, 'x00283010', signed);
  if (table) {
    const most = 2 ** table.bits - 1;
    return { brightness: (value) => Math.min(1, lookUp(table, value) / most) };
  }
  const center = numberOf(tags, 'x00281050');
  const width = numberOf(tags, 'x00281051');
  if (center === undefined || width === undefined || !(width > 0)) return undefined;
  const kind = textOf(tags, 'x00281056') ?? 'LINEAR';
  if (kind === 'SIGMOID') return { brightness: (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width)) };
  const exact = kind === 'LINEAR_EXACT';
  if (!exact && width < 1) return undefined;
  const [middle, half] = exact ? [center, width / 2] : [center - 0.5, (width - 1) / 2];
  const [low, high] = [middle - half, half > 0 ? middle + half : middle + 1e-6]; // a width of 1 is a threshold
  if (!(low < high)) return undefined;
  return { range: [low, high], brightness: (value) => Math.min(1, Math.max(0, (value - low) / (high - low))) };
}

/** The table in the first item of a sequence. */
function tableOf({ tags, content, syntax }: DicomFile, sequence: string, signed: boolean): LookupTable | undefined {
  const item = tags.elements[sequence]?.items?.[0]?.dataSet;
  if (!item) return undefined;
  const source = { tags: item, content, bigEndian: syntax.bigEndian, signed };
  return lookupTable(source, { description: 'x00283002', values: 'x00283006' });
}
