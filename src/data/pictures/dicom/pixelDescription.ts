import { UserError } from '../../../core/errors';
import { type DicomFile, damagedDicom, numberOf, textOf } from './dicomTags';

/** What the tags of a DICOM file say about its pixels (DICOM PS3.3, section C.7.6.3). */
export interface PixelDescription {
  width: number;
  height: number;
  /** samples per pixel */
  bands: 1 | 3;
  colors: 'gray' | 'palette' | 'rgb' | 'ybr';
  /** whether the smallest value is white */
  inverted: boolean;
  /** bits of the file for each sample: 8, 16 or 32 */
  allocated: number;
  /** bits of them that are used, the lowest ones */
  stored: number;
  /** whether samples may be negative */
  signed: boolean;
  /** whether uncompressed samples are in the order all red, all green, all blue */
  planar: boolean;
}

/** Larger pictures would take several GB of memory. */
const MOST_PIXELS = 100e6;

/** Samples of pixels, in a format that can hold them. */
export type Samples = Uint8Array | Uint16Array | Uint32Array | Int32Array;

const COLORS: Record<string, Pick<PixelDescription, 'bands' | 'colors' | 'inverted'>> = {
  MONOCHROME1: { bands: 1, colors: 'gray', inverted: true },
  MONOCHROME2: { bands: 1, colors: 'gray', inverted: false },
  'PALETTE COLOR': { bands: 1, colors: 'palette', inverted: false },
  RGB: { bands: 3, colors: 'rgb', inverted: false },
  YBR_FULL: { bands: 3, colors: 'ybr', inverted: false },
  // the decoders of compressed pixels convert these to RGB
  YBR_FULL_422: { bands: 3, colors: 'rgb', inverted: false },
  YBR_PARTIAL_420: { bands: 3, colors: 'rgb', inverted: false },
  YBR_ICT: { bands: 3, colors: 'rgb', inverted: false },
  YBR_RCT: { bands: 3, colors: 'rgb', inverted: false },
};

/** @throws {UserError} when tags are missing or wrong, or the pixels are of a kind that is not read */
export function describePixels({ tags, syntax }: DicomFile): PixelDescription {
  const height = tags.uint16('x00280010');
  const width = tags.uint16('x00280011');
  const bands = tags.uint16('x00280002') ?? 1;
  const allocated = tags.uint16('x00280100');
  if (!width || !height || !allocated)
    throw new UserError('a damaged DICOM file: its size or bits per pixel are missing');
  if (width * height > MOST_PIXELS) {
    throw new UserError(`a DICOM file of more than ${MOST_PIXELS / 1e6} million pixels: make it smaller`);
  }
  const frames = numberOf(tags, 'x00280008') ?? 1;
  if (frames > 1) {
    throw new UserError(`a DICOM file of ${frames} frames: only files of one frame are read; save the one you need`);
  }
  const colors = COLORS[textOf(tags, 'x00280004') ?? 'MONOCHROME2'];
  if (!colors || colors.bands !== bands) {
    throw new UserError(`a DICOM file with ${bands} samples per pixel, in colours that are not read: save it as RGB`);
  }
  if (textOf(tags, 'x00280004') === 'YBR_FULL_422' && (syntax.compression === 'none' || syntax.compression === 'rle')) {
    throw new UserError('a DICOM file with colours at half resolution (YBR_FULL_422): save it as RGB');
  }
  const stored = tags.uint16('x00280101') ?? allocated;
  const highest = tags.uint16('x00280102') ?? stored - 1;
  const signed = tags.uint16('x00280103') === 1;
  if (![8, 16, 32].includes(allocated)) {
    throw new UserError(`a DICOM file with ${allocated} bits per sample, expected 8, 16 or 32: save it with 8 or 16`);
  }
  if (stored < 1 || stored > allocated || highest !== stored - 1) throw damagedDicom();
  if (bands === 3 && (allocated !== 8 || stored !== 8)) {
    throw new UserError(`a DICOM file with colours of ${stored} bits per sample: save it with 8`);
  }
  const planar = tags.uint16('x00280006') === 1;
  return { width, height, ...colors, allocated, stored, signed, planar };
}
