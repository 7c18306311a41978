import type { PixelStore } from './pixelStore';

/** Decoded pictures that are needed again, by the hash of their file: up to a number of bytes in memory, and on disk. */
export class PixelMemory {
  private readonly pixels = new Map<string, Uint8Array>();

  /**
   * @param room bytes of pictures to keep in memory; what comes when it is full is on disk only; default 256 MiB
   * @param store where they are kept beyond this process; default nowhere
   */
  constructor(
    private room = 256 * 2 ** 20,
    private readonly store?: PixelStore,
  ) {}

  get(hash: string): Uint8Array | undefined {
    const here = this.pixels.get(hash);
    if (here) return here;
    const stored = this.store?.get(hash);
    if (stored) this.keepHere(hash, stored);
    return stored;
  }

  /** @param pixels just decoded */
  keep(hash: string, pixels: Uint8Array): void {
    this.keepHere(hash, pixels);
    if (this.store && !this.store.has(hash)) this.store.set(hash, pixels);
  }

  /** To be called after pictures were decoded: see {@link ByteStore.close}. */
  close(onMessage?: (text: string) => void): void {
    this.store?.close(onMessage);
  }

  private keepHere(hash: string, pixels: Uint8Array): void {
    if (pixels.length > this.room || this.pixels.has(hash)) return;
    this.room -= pixels.length;
    this.pixels.set(hash, pixels);
  }
}
