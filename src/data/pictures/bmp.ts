import { UserError } from '../../core/errors';
import { tf } from '../../tensorflow';
import type { RawPicture } from '../dataset';

const INFO_HEADER = 40; // bytes of the smallest header since Windows 3
const FILE_HEADER = 14;

/** Whether a file's first bytes are those of a Windows bitmap, which sharp does not read. */
export const isBmp = (content: Uint8Array): boolean => content[0] === 0x42 && content[1] === 0x4d;

/**
 * Width and height in pixels, from the header.
 *
 * @throws {UserError} when the header is damaged or of an unknown kind
 */
export function bmpSize(content: Buffer): { width: number; height: number } {
  if (content.length < FILE_HEADER + INFO_HEADER) throw new UserError('damaged: the file ends too soon');
  if (content.readUInt32LE(14) < INFO_HEADER) throw new UserError('an OS/2 bitmap: save it as PNG');
  return { width: content.readInt32LE(18), height: Math.abs(content.readInt32LE(22)) };
}

/**
 * Decode an uncompressed Windows bitmap with TensorFlow's DecodeBmp: 24 or 32 bits per pixel, or 8 with a palette. The fourth byte of
 * 32 bits is ignored, as programs do not agree on its meaning.
 *
 * @throws {UserError} on other bitmaps and on damaged ones
 */
export function decodeBmp(content: Buffer): RawPicture {
  const { width, height } = bmpSize(content);
  const bits = content.readUInt16LE(28);
  const compression = content.readUInt32LE(30);
  if (![8, 24, 32].includes(bits) || (compression !== 0 && !(bits === 32 && hasUsualMasks(content, compression)))) {
    throw new UserError(
      `a bitmap with ${bits} bits per pixel${compression ? `, compression ${compression}` : ''}: save it as PNG`,
    );
  }
  let values: ArrayLike<number>;
  try {
    values = tf.tidy(() => tf.node.decodeBmp(content).dataSync()); // [height, width, bits / 8]
  } catch {
    throw new UserError('damaged: the file ends too soon');
  }
  const data = new Uint8Array(width * height * 3);
  if (bits === 8) {
    const palette = paletteOf(content);
    for (let i = 0; i < width * height; i++) data.set(palette[values[i]!] ?? [0, 0, 0], 3 * i);
  } else {
    const channels = bits / 8;
    for (let i = 0; i < width * height; i++) {
      for (let channel = 0; channel < 3; channel++) data[3 * i + channel] = values[channels * i + channel]!;
    }
  }
  return { data, width, height };
}

/** Whether the masks of a 32-bit bitmap (compression 3) describe the default order: blue, green, red. */
function hasUsualMasks(content: Buffer, compression: number): boolean {
  const masks = [0x00ff0000, 0x0000ff00, 0x000000ff];
  return (
    compression === 3 && masks.every((mask, i) => content.readUInt32LE(FILE_HEADER + INFO_HEADER + 4 * i) === mask)
  );
}

function paletteOf(content: Buffer): [number, number, number][] {
  const start = FILE_HEADER + content.readUInt32LE(14);
  const count = Math.min(content.readUInt32LE(46) || 256, 256, Math.floor((content.length - start) / 4));
  return Array.from({ length: count }, (_, i) => {
    const at = start + 4 * i;
    return [content[at + 2]!, content[at + 1]!, content[at]!];
  });
}
