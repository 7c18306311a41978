import { UserError } from '../../core/errors';
import { openJpeg } from '../../core/wasmCodecs';

/** A decoded JPEG 2000 codestream. */
export interface Codestream {
  width: number;
  height: number;
  /** bits per sample */
  bits: number;
  bands: number;
  signed: boolean;
  /** samples, pixel after pixel; a signed one as its bits */
  samples: Uint8Array | Uint16Array;
}

/**
 * Decode JPEG 2000, with or without the container of a file.
 *
 * @param checkSize called with the size in the header, before memory is allocated for the pixels
 * @returns undefined when it is damaged
 * @throws {UserError} when it has more than 16 bits per sample
 */
export async function decodeCodestream(
  content: Buffer,
  checkSize: (size: { width: number; height: number }) => void,
): Promise<Codestream | undefined> {
  const start = content.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51])); // the codestream's header
  if (start < 0 || content.length < start + 24) return undefined;
  const word = (at: number) => content.readUInt32BE(start + at);
  checkSize({ width: word(8) - word(16), height: word(12) - (content.length > start + 24 ? word(20) : 0) });
  const { J2KDecoder } = await openJpeg();
  const decoder = new J2KDecoder();
  try {
    decoder.getEncodedBuffer(content.length).set(content);
    decoder.decode();
    const { width, height, bitsPerSample: bits, componentCount: bands, isSigned: signed } = decoder.getFrameInfo();
    if (width === 0) return undefined;
    if (bits > 16) throw new UserError(`a JPEG 2000 picture with ${bits} bits per sample: save it with 16`);
    const bytes = decoder.getDecodedBuffer().slice(); // a copy: the decoder's memory is freed
    return { width, height, bits, bands, signed, samples: bits > 8 ? new Uint16Array(bytes.buffer) : bytes };
  } finally {
    decoder.delete();
  }
}
