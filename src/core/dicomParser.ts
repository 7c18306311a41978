import { lazyModule } from './lazyModule';

/** The parts of dicom-parser that are used here, declared so that the compiler does not load its types. */
interface DicomParser {
  ByteStream: new (numbers: ByteOrder, content: Uint8Array, position: number) => DicomStream;
  DataSet: new (numbers: ByteOrder, content: Uint8Array, elements: DicomTags['elements']) => DicomTags;
  littleEndianByteArrayParser: ByteOrder;
  bigEndianByteArrayParser: ByteOrder;
  readDicomElementExplicit(stream: DicomStream): DicomElement;
  parseDicomDataSetExplicit(tags: DicomTags, stream: DicomStream, end: number, options: { untilTag: string }): void;
  parseDicomDataSetImplicit(tags: DicomTags, stream: DicomStream, end: number, options: { untilTag: string }): void;
}

/** How dicom-parser reads numbers: the lowest byte first, or the highest. */
export interface ByteOrder {
  readUint16(content: Uint8Array, position: number): number;
}

interface DicomStream {
  position: number;
}

/** Where the value of a tag is; the value itself is not read. */
export interface DicomElement {
  /** such as x00280010 */
  tag: string;
  /** two letters that name the kind of value; missing where the file does not say it */
  vr?: string;
  /** bytes of the value */
  length: number;
  /** position of the value */
  dataOffset: number;
  /** whether the end is marked in the file instead */
  hadUndefinedLength?: boolean;
  /** the items of a sequence */
  items?: { dataSet?: DicomTags }[];
}

/** The tags of a file, or of an item of a sequence, by names such as x00280010. */
export interface DicomTags {
  elements: Record<string, DicomElement | undefined>;
  uint16(tag: string, index?: number): number | undefined;
  int16(tag: string, index?: number): number | undefined;
  string(tag: string): string | undefined;
}

/** dicom-parser, which finds the tags of a DICOM file; loaded with the first such file. */
export const dicomParser = lazyModule(() => require('dicom-parser') as DicomParser);
