import { UserError } from '../../../core/errors';
import type { DeepFormat } from '../deepFormat';
import type { SampleKind, SampleRange } from '../reading';
import { type DicomFile, damagedDicom, readDicomTags } from './dicomTags';
import { displayOf, valuesOf } from './display';
import { lookUp, lookupTable } from './lookupTable';
import { describePixels, type PixelDescription, type Samples } from './pixelDescription';
import { storedSamples } from './storedSamples';

/**
 * Read what a DICOM file says about its pixels. No other tags are read.
 *
 * @throws {UserError} when it is damaged, or of a kind that is not read
 */
export function dicomFormat(content: Buffer): DeepFormat {
  try {
    return formatOf(content);
  } catch (error) {
    throw error instanceof UserError ? error : damagedDicom(); // dicom-parser throws texts
  }
}

function formatOf(content: Buffer): DeepFormat {
  const file = readDicomTags(content);
  const pixels = describePixels(file);
  const { width, height, allocated, stored, signed, inverted, colors } = pixels;
  const value = valuesOf(file, pixels);
  const display = colors === 'gray' ? displayOf(file, pixels) : undefined;
  const [least, most] = signed ? [-(2 ** (stored - 1)), 2 ** (stored - 1) - 1] : [0, 2 ** stored - 1];
  const full = [value(least), value(most)].sort((a, b) => a - b) as unknown as SampleRange;
  // whole bytes without a window are pictures like any others
  const plain = colors !== 'gray' || (stored === 8 && !signed && !display && full[0] === 0 && full[1] === 255);
  return {
    ...{
      format: 'dicom',
      kind: plain ? 'uint8' : 'dicom',
      stored: `${signed ? '' : 'u'}int${allocated}` as SampleKind,
    },
    ...{ width, height, bands: colors === 'gray' ? 1 : 3, alpha: false, plain: true, orientation: 1, inverted },
    ...(!plain && { full, ...(display && { display }) }),
    async read(bands) {
      try {
        const samples = await storedSamples(file, pixels);
        const read = colors === 'gray' ? [mapped(samples[0]!, value, allocated === 32)] : toRgb(samples, file, pixels);
        return bands.map((band) => read[band]!);
      } catch (error) {
        throw error instanceof UserError ? error : damagedDicom();
      }
    },
  };
}

function mapped(samples: Samples, value: (sample: number) => number, exact: boolean): ArrayLike<number> {
  const result = new (exact ? Float64Array : Float32Array)(samples.length);
  for (let i = 0; i < result.length; i++) result[i] = value(samples[i]!);
  return result;
}

function toRgb(samples: Samples[], file: DicomFile, { colors, signed }: PixelDescription): ArrayLike<number>[] {
  if (colors === 'palette') return paletteColors(samples[0]!, file, signed);
  return colors === 'ybr' && file.syntax.compression !== 'jpeg' ? ybrToRgb(samples) : samples;
}

/** Colours of a palette: a table for each of red, green and blue. */
function paletteColors(indices: Samples, { tags, content, syntax }: DicomFile, signed: boolean): Uint8Array[] {
  return ['1', '2', '3'].map((color) => {
    const source = { tags, content, bigEndian: syntax.bigEndian, signed };
    const table = lookupTable(source, { description: `x0028110${color}`, values: `x0028120${color}` });
    const shift = table.bits - 8;
    return Uint8Array.from(indices, (index) => lookUp(table, index) >> shift);
  });
}

/** Brightness and two differences of colours to red, green and blue (DICOM PS3.3, section C.7.6.3.1.2). */
function ybrToRgb([luma, blue, red]: Samples[]): Uint8ClampedArray[] {
  const convert = (value: (y: number, cb: number, cr: number) => number) =>
    Uint8ClampedArray.from(luma!, (y, i) => value(y, blue![i]! - 128, red![i]! - 128));
  return [
    convert((y, _, cr) => y + 1.402 * cr),
    convert((y, cb, cr) => y - 0.344136 * cb - 0.714136 * cr),
    convert((y, cb) => y + 1.772 * cb),
  ];
}
