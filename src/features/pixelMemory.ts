import type { PixelStore } from './pixelStore';

/** A cache of decoded pictures by the hash of their file: in memory up to a limit, and on disk. */
export class PixelMemory {
  private readonly pixels = new Map<string, Uint8Array>();

  /**
   * @param free bytes of pictures to keep in memory; when they are used up, further pictures are on disk only; default 256 MiB
   * @param store the cache on disk; default none
   */
  constructor(
    private free = 256 * 2 ** 20,
    private readonly store?: PixelStore,
  ) {}

  get(hash: string): Uint8Array | undefined {
    const here = this.pixels.get(hash);
    if (here) return here;
    const stored = this.store?.get(hash);
    if (stored) this.keepInMemory(hash, stored);
    return stored;
  }

  keep(hash: string, pixels: Uint8Array): void {
    this.keepInMemory(hash, pixels);
    if (this.store && !this.store.has(hash)) this.store.set(hash, pixels);
  }

  /** Call this after decoding pictures: see {@link ByteStore.close}. */
  close(onMessage?: (text: string) => void): void {
    this.store?.close(onMessage);
  }

  private keepInMemory(hash: string, pixels: Uint8Array): void {
    if (pixels.length > this.free || this.pixels.has(hash)) return;
    this.free -= pixels.length;
    this.pixels.set(hash, pixels);
  }
}
