import { inflateRawSync } from 'node:zlib';
import { type DicomElement, type DicomTags, dicomParser } from '../../../core/dicomParser';
import { UserError } from '../../../core/errors';
import { DICOM_START } from './isDicom';
import { type TransferSyntax, transferSyntaxOf } from './transferSyntax';

/** More bytes of tags than any scanner writes before the pixels; a hostile file could fill the memory with tags. */
const MOST_TAGS = 8 * 2 ** 20;
/** Largest size of a deflated file after inflating. */
const LARGEST = 64 * 2 ** 20;
/** The longest value that is read as text: 2 numbers have at most 33 letters. */
const LONGEST_TEXT = 1024;
const PIXELS = 'x7fe00010';

const tooManyTags = () => new UserError('a DICOM file with more than 8 MB of tags before its pixels');

export const damagedDicom = () => new UserError('a damaged DICOM file: it ends too soon, or its tags are wrong');

/** The tags of a DICOM file that describe its pixels. Values are read only where they are asked for. */
export interface DicomFile {
  syntax: TransferSyntax;
  /** the file, inflated if it was deflated; positions refer to it */
  content: Buffer;
  tags: DicomTags;
  /** where the pixels are */
  pixels: DicomElement;
}

/**
 * Find the tags of a DICOM file. Errors of the parser are not shown, as they could quote the file.
 *
 * @throws {UserError} when it is damaged, has no pixels, or has a transfer syntax that is not read
 */
export function readDicomTags(file: Buffer): DicomFile {
  const header = headerOf(file);
  const syntax = transferSyntaxOf(header.syntax);
  const content = syntax.deflated ? inflated(file.subarray(header.end)) : file;
  const start = syntax.deflated ? 0 : header.end;
  const { ByteStream, DataSet, littleEndianByteArrayParser, bigEndianByteArrayParser } = dicomParser;
  const order = syntax.bigEndian ? bigEndianByteArrayParser : littleEndianByteArrayParser;
  const view = content.subarray(0, start + MOST_TAGS);
  const tags = new DataSet(order, view, {});
  const parse = syntax.explicit ? dicomParser.parseDicomDataSetExplicit : dicomParser.parseDicomDataSetImplicit;
  try {
    parse(tags, new ByteStream(order, view, start), view.length, { untilTag: PIXELS });
  } catch {
    throw content.length > view.length ? tooManyTags() : damagedDicom();
  }
  const pixels = tags.elements[PIXELS];
  if (!pixels) throw content.length > view.length ? tooManyTags() : withoutPixels(tags);
  // all others are forgotten: they take memory, and say who the picture is of
  const kept = Object.entries(tags.elements).filter(([tag]) => tag.startsWith('x0028'));
  return { syntax, content, tags: new DataSet(order, view, Object.fromEntries(kept)), pixels };
}

/** The transfer syntax, and where the file's own header ends, which is encoded in the same way in all files. */
function headerOf(file: Buffer): { syntax: string; end: number } {
  const { ByteStream, DataSet, littleEndianByteArrayParser: order, readDicomElementExplicit } = dicomParser;
  const stream = new ByteStream(order, file, DICOM_START);
  const tags = new DataSet(order, file, {});
  try {
    for (let count = 0; file.readUInt16LE(stream.position) === 2; count++) {
      if (count > 100) throw damagedDicom();
      const element = readDicomElementExplicit(stream);
      tags.elements[element.tag] = element;
    }
  } catch {
    throw damagedDicom();
  }
  const syntax = textOf(tags, 'x00020010');
  if (syntax === undefined) throw damagedDicom();
  return { syntax, end: stream.position };
}

function inflated(data: Buffer): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: LARGEST });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UserError('a deflated DICOM file of more than 64 MB: save it without deflate');
    }
    throw damagedDicom();
  }
}

function withoutPixels({ elements }: DicomTags): UserError {
  if (elements.x7fe00008 || elements.x7fe00009) {
    return new UserError('a DICOM file with floating-point pixels, which are not read: save it with whole numbers');
  }
  return new UserError('a DICOM file without pixels, such as a report or a directory');
}

/** A short text; undefined when it is missing, empty or longer than any value that is read. */
export function textOf(tags: DicomTags, tag: string): string | undefined {
  const element = tags.elements[tag];
  if (!element || element.length > LONGEST_TEXT) return undefined;
  return tags.string(tag)?.replaceAll('\0', '').trim() || undefined;
}

/** The first of the numbers that a text has, separated by backslashes; undefined when it is missing or not a number. */
export function numberOf(tags: DicomTags, tag: string): number | undefined {
  const first = textOf(tags, tag)?.split('\\')[0]?.trim();
  const value = first === undefined || first === '' ? Number.NaN : Number(first);
  return Number.isFinite(value) ? value : undefined;
}
