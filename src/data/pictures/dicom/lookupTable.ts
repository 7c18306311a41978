import type { DicomTags } from '../../../core/dicomParser';
import { damagedDicom } from './dicomTags';

/** A table of values: that of `first` and of all smaller numbers, of `first` + 1, and so on; the last for all larger ones. */
export interface LookupTable {
  first: number;
  values: Uint16Array;
  /** bits per value */
  bits: number;
}

/**
 * Read a lookup table (DICOM PS3.3, section C.11.1).
 *
 * @param tags that have its two tags
 * @param names of the tag that describes it (length, first number, bits) and of the tag with the values
 * @param signed whether the first number may be negative
 * @throws {UserError} when it is damaged
 */
export function lookupTable(
  { tags, content, bigEndian, signed }: { tags: DicomTags; content: Buffer; bigEndian: boolean; signed: boolean },
  names: { description: string; values: string },
): LookupTable {
  const number = (index: number) => tags.uint16(names.description, index);
  const [entries, bits] = [number(0), number(2)];
  const first = signed ? tags.int16(names.description, 1) : number(1);
  const data = tags.elements[names.values];
  if (entries === undefined || first === undefined || bits === undefined || !data) throw damagedDicom();
  const count = entries === 0 ? 65_536 : entries; // the number has 16 bits
  const wide = data.length >= 2 * count;
  if (bits < 8 || bits > 16 || data.length < count || data.dataOffset + data.length > content.length) {
    throw damagedDicom();
  }
  const values = Uint16Array.from({ length: count }, (_, i) => {
    if (!wide) return content[data.dataOffset + i]!;
    const at = data.dataOffset + 2 * i;
    return bigEndian ? content.readUInt16BE(at) : content.readUInt16LE(at);
  });
  return { first, values, bits: wide ? bits : 8 };
}

/** The value of a table for a number. */
export function lookUp({ first, values }: LookupTable, number: number): number {
  return values[Math.min(values.length - 1, Math.max(0, Math.round(number) - first))]!;
}
