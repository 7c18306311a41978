import { sha256 } from '../core/files';
import { sharp } from '../core/sharp';
import { DECODING_VERSION, type ResizeOptions } from '../data';
import { ByteStore } from './byteStore';
import { cacheLimit } from './cacheSize';

/**
 * A cache of decoded pictures on disk, one byte per colour, for later training on the same pictures with any network. The key of
 * an entry is the content of its file and how it was resized.
 */
export class PixelStore extends ByteStore {
  private constructor({ inputSize, crop, interpolation, channels = 3 }: ResizeOptions) {
    const others = channels === 3 ? [] : [channels];
    // another version of libvips may decode differently
    const key = sha256(
      JSON.stringify([DECODING_VERSION, sharp.versions.vips, inputSize, crop, interpolation, ...others]),
    );
    super(`pixels-${inputSize}`, key, channels * inputSize * inputSize, 'u8');
  }

  /**
   * @param pictures number of pictures
   * @returns undefined when they would take more than half of the cache limit, as they would then remove each other
   */
  static for(resize: ResizeOptions, pictures: number): PixelStore | undefined {
    const bytes = (resize.channels ?? 3) * resize.inputSize * resize.inputSize * pictures;
    return bytes <= cacheLimit() / 2 ? new PixelStore(resize) : undefined;
  }

  /** Pixels [size, size, channels], or undefined. */
  get(hash: string): Uint8Array | undefined {
    return this.read(hash);
  }

  set(hash: string, pixels: Uint8Array): void {
    this.write(hash, pixels);
  }
}
