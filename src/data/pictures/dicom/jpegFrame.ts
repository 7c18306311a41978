import { UserError } from '../../../core/errors';
import { jpegLossless } from '../../../core/jpegLossless';
import { sharp } from '../../../core/sharp';
import { charLs } from '../../../core/wasmCodecs';
import { decodeCodestream } from '../jpeg2000';
import { type JpegHeader, jpegHeader } from '../jpegHeader';
import { damagedDicom } from './dicomTags';
import type { PixelDescription, Samples } from './pixelDescription';
import type { DicomCompression } from './transferSyntax';

/**
 * Decode the JPEG or JPEG 2000 picture in a DICOM file.
 *
 * @returns samples, pixel after pixel; colours as RGB
 * @throws {UserError} when it is damaged, or not of the size that the tags say
 */
export async function decodeFrame(
  frame: Buffer,
  compression: Exclude<DicomCompression, 'none' | 'rle'>,
  description: PixelDescription,
): Promise<Samples> {
  const expected = description.width * description.height * description.bands;
  try {
    const samples = await DECODERS[compression](frame, description);
    if (samples.length !== expected) throw otherSize();
    return samples;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('a damaged DICOM file: its compressed pixels cannot be decoded');
  }
}

const DECODERS = {
  jpeg: decodeJpeg,
  'jpeg-lossless': decodeLossless,
  'jpeg-ls': decodeJpegLs,
  'jpeg-2000': decodeJpeg2000,
};

const otherSize = () => new UserError('a damaged DICOM file: its pixels are of another size than its tags say');

async function decodeJpeg(frame: Buffer, description: PixelDescription): Promise<Samples> {
  const { bits } = checkedFrame(frame, description);
  if (bits !== 8) throw new UserError(`a DICOM file with JPEG of ${bits} bits: save it uncompressed, or as JPEG 2000`);
  const image = sharp(frame, { failOn: 'truncated', ignoreIcc: true }).toColourspace(
    description.bands === 1 ? 'b-w' : 'srgb',
  );
  const { data } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return data;
}

async function decodeLossless(frame: Buffer, description: PixelDescription): Promise<Samples> {
  checkedFrame(frame, description);
  const bytes = description.allocated <= 8 ? 1 : 2;
  const { buffer, byteOffset, byteLength } = frame;
  const decoded = new jpegLossless.Decoder().decode(buffer as ArrayBuffer, byteOffset, byteLength, bytes);
  const { buffer: words, byteOffset: from, byteLength: length } = decoded;
  return bytes === 1 ? new Uint8Array(words, from, length) : new Uint16Array(words, from, length / 2);
}

async function decodeJpegLs(frame: Buffer, description: PixelDescription): Promise<Samples> {
  checkedFrame(frame, description);
  const { JpegLSDecoder } = await charLs();
  const decoder = new JpegLSDecoder();
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const bytes = decoder.getDecodedBuffer().slice(); // a copy: the decoder's memory is freed
    if (decoder.getFrameInfo().bitsPerSample > 8) return new Uint16Array(bytes.buffer, 0, bytes.length >> 1);
    return decoder.getInterleaveMode() === 0 && description.bands === 3 ? byPixel(bytes) : bytes;
  } finally {
    decoder.delete();
  }
}

/** Band after band to pixel after pixel. */
function byPixel(bytes: Uint8Array): Uint8Array {
  const count = bytes.length / 3;
  return Uint8Array.from({ length: bytes.length }, (_, i) => bytes[(i % 3) * count + Math.floor(i / 3)]!);
}

async function decodeJpeg2000(frame: Buffer, description: PixelDescription): Promise<Samples> {
  const decoded = await decodeCodestream(frame, ({ width, height }) => {
    if (width !== description.width || height !== description.height) throw otherSize();
  });
  if (!decoded) throw damagedDicom();
  return decoded.samples;
}

/** Compare the size in a JPEG's header with that in the tags, before memory is allocated for its pixels. */
function checkedFrame(frame: Buffer, { width, height, bands }: PixelDescription): JpegHeader {
  const header = jpegHeader(frame);
  if (!header) throw damagedDicom();
  if (header.width !== width || header.height !== height || header.bands !== bands) throw otherSize();
  return header;
}
