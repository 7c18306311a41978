import { UserError } from '../../../core/errors';
import { type DicomFile, damagedDicom } from './dicomTags';
import { decodeFrame } from './jpegFrame';
import type { PixelDescription, Samples } from './pixelDescription';
import { decodeRle } from './rle';

/**
 * Decode the pixels of a DICOM file with one frame.
 *
 * @returns the samples as stored: [bands][height * width]
 * @throws {UserError} when they are damaged, or not of the size that the tags say
 */
export async function storedSamples(file: DicomFile, description: PixelDescription): Promise<Samples[]> {
  const { compression } = file.syntax;
  const { width, height, bands, allocated, planar } = description;
  const count = width * height;
  if (compression === 'none') {
    const bytes = uncompressed(file, count * bands * (allocated / 8), allocated);
    return split(wordsOf(bytes, allocated, file.syntax.bigEndian), description, planar);
  }
  const frame = frameOf(file);
  if (compression === 'rle') {
    const size = allocated / 8;
    const segments = decodeRle(frame, count, bands * size);
    return Array.from({ length: bands }, (_, band) =>
      masked(join(segments.slice(band * size, (band + 1) * size)), description),
    );
  }
  return split(await decodeFrame(frame, compression, description), description, false);
}

function uncompressed({ content, pixels, syntax }: DicomFile, length: number, allocated: number): Buffer {
  if (pixels.hadUndefinedLength) throw damagedDicom();
  const { dataOffset: start } = pixels;
  if (pixels.length < length || start + length > content.length) {
    throw new UserError('a damaged DICOM file: it has fewer pixels than its tags say');
  }
  const bytes = content.subarray(start, start + length);
  // single bytes may be stored in words of two, which are swapped like all words
  if (!syntax.bigEndian || allocated !== 8 || pixels.vr !== 'OW') return bytes;
  const even = content.subarray(start, start + length + (length % 2));
  if (even.length % 2 === 1) throw damagedDicom();
  return Buffer.from(even).swap16().subarray(0, length);
}

function wordsOf(bytes: Buffer, allocated: number, bigEndian: boolean): Samples {
  if (allocated === 8) return bytes;
  const copy = Buffer.from(new Uint8Array(bytes).buffer); // aligned
  if (bigEndian) {
    if (allocated === 16) copy.swap16();
    else copy.swap32();
  }
  return allocated === 16
    ? new Uint16Array(copy.buffer, 0, copy.length / 2)
    : new Uint32Array(copy.buffer, 0, copy.length / 4);
}

/** Samples in the order of the file, separated by band. */
function split(samples: Samples, description: PixelDescription, planar: boolean): Samples[] {
  const { width, height, bands } = description;
  const count = width * height;
  return Array.from({ length: bands }, (_, band) => {
    if (bands === 1) return masked(samples, description);
    if (planar) return samples.subarray(band * count, (band + 1) * count);
    return Uint8Array.from({ length: count }, (_, i) => samples[bands * i + band]!);
  });
}

/** Bytes, the highest first, as numbers. */
function join(bytes: readonly Uint8Array[]): Samples {
  if (bytes.length === 1) return bytes[0]!;
  const { length } = bytes[0]!;
  const result = bytes.length === 2 ? new Uint16Array(length) : new Uint32Array(length);
  for (const some of bytes) for (let i = 0; i < length; i++) result[i] = result[i]! * 256 + some[i]!;
  return result;
}

/** Without the bits that are not used, and with the sign. */
function masked(samples: Samples, { stored, allocated, signed }: PixelDescription): Samples {
  if (!signed && stored === allocated) return samples;
  const unused = 32 - stored;
  if (!signed) return samples.map((value) => (value << unused) >>> unused) as Samples;
  const result = new Int32Array(samples.length);
  for (let i = 0; i < result.length; i++) result[i] = (samples[i]! << unused) >> unused;
  return result;
}

const ITEM = 0xfffee000;
const END = 0xfffee0dd;
/** More parts than any file of one frame has. */
const MOST_FRAGMENTS = 65_536;

/** The bytes of compressed pixels: one item, or several that belong together, after a table of their positions. */
function frameOf({ content, pixels }: DicomFile): Buffer {
  if (!pixels.hadUndefinedLength) throw damagedDicom();
  const fragments: Buffer[] = [];
  for (let at = pixels.dataOffset, first = true; at + 8 <= content.length; first = false) {
    const tag = content.readUInt16LE(at) * 65_536 + content.readUInt16LE(at + 2);
    const length = content.readUInt32LE(at + 4);
    if (tag === END) break;
    if (tag !== ITEM || at + 8 + length > content.length || fragments.length === MOST_FRAGMENTS) throw damagedDicom();
    if (!first) fragments.push(content.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  if (fragments.length === 0) throw damagedDicom();
  return fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments);
}
