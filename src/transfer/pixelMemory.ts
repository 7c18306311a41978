/** Decoded pictures that are needed again, by the hash of their file, up to a number of bytes. */
export class PixelMemory {
  private readonly pixels = new Map<string, Uint8Array>();

  /** @param room bytes of pictures to keep; what comes when it is full is not kept */
  constructor(private room = 256 * 2 ** 20) {}

  get(hash: string): Uint8Array | undefined {
    return this.pixels.get(hash);
  }

  keep(hash: string, pixels: Uint8Array): void {
    if (pixels.length > this.room || this.pixels.has(hash)) return;
    this.room -= pixels.length;
    this.pixels.set(hash, pixels);
  }
}
