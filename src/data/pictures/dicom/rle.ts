import { damagedDicom } from './dicomTags';

const HEADER = 64;

/**
 * Decode run-length encoding (DICOM PS3.5, annex G): each byte of each sample is a segment of its own, packed as PackBits.
 *
 * @param frame one picture
 * @param pixels number of pixels
 * @param segments number of samples per pixel times bytes per sample
 * @returns the segments, each with a byte for each pixel: samples in order, the highest byte of each first
 * @throws {UserError} when it is damaged
 */
export function decodeRle(frame: Buffer, pixels: number, segments: number): Uint8Array[] {
  if (frame.length < HEADER || frame.readUInt32LE(0) !== segments) throw damagedDicom();
  const starts = Array.from({ length: segments }, (_, i) => frame.readUInt32LE(4 + 4 * i));
  return starts.map((start, i) => {
    const end = Math.min(starts[i + 1] ?? frame.length, frame.length);
    if (start < HEADER || start > end) throw damagedDicom();
    return unpack(frame.subarray(start, end), pixels);
  });
}

function unpack(packed: Uint8Array, length: number): Uint8Array {
  // a repeated byte takes two bytes for at most 128, so that a small file cannot ask for much memory
  if (length > 64 * packed.length) throw damagedDicom();
  const result = new Uint8Array(length);
  let to = 0;
  let from = 0;
  while (to < length) {
    if (from + 1 >= packed.length) throw damagedDicom();
    const count = packed[from++]!;
    if (count < 128) {
      const literal = packed.subarray(from, Math.min(from + count + 1, from + length - to));
      if (literal.length < Math.min(count + 1, length - to)) throw damagedDicom();
      result.set(literal, to);
      to += literal.length;
      from += count + 1;
    } else if (count > 128) {
      result.fill(packed[from++]!, to, Math.min(length, to + 257 - count));
      to += 257 - count;
    }
  }
  return result;
}
