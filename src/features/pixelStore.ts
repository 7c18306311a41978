import { sha256 } from '../core/files';
import { sharp } from '../core/sharp';
import type { Framing } from '../data';
import { ByteStore } from './byteStore';
import { cacheLimit } from './cacheRoom';

/** Counts up when the way pictures are decoded changes, so that older ones are not taken. */
const VERSION = 1;

/**
 * Decoded pictures on disk, one byte a colour, so that the next training of the same pictures need not decode them, whatever
 * its network. An entry is found by the content of its file and by how it was brought to size.
 */
export class PixelStore extends ByteStore {
  private constructor({ inputSize, crop, interpolation }: Framing) {
    // another libvips may round otherwise
    const key = sha256(JSON.stringify([VERSION, sharp.versions.vips, inputSize, crop, interpolation]));
    super(`pixels-${inputSize}`, key, 3 * inputSize * inputSize, 'u8');
  }

  /**
   * @param pictures how many there will be
   * @returns undefined if they would take more than half of what all caches may: then each would push out another
   */
  static for(framing: Framing, pictures: number): PixelStore | undefined {
    const bytes = 3 * framing.inputSize * framing.inputSize * pictures;
    return bytes <= cacheLimit() / 2 ? new PixelStore(framing) : undefined;
  }

  /** [size, size, 3], or undefined. */
  get(hash: string): Uint8Array | undefined {
    return this.read(hash);
  }

  set(hash: string, pixels: Uint8Array): void {
    this.write(hash, pixels);
  }
}
