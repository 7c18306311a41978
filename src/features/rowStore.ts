import { ByteStore } from './byteStore';

/** A cache of rows of numbers on disk, all of one length: see {@link ByteStore}. */
export class RowStore extends ByteStore {
  /** @param length numbers per row */
  constructor(
    name: string,
    key: string,
    readonly length: number,
  ) {
    super(name, key, 4 * length, 'f32');
  }

  /** The row with this hash, or undefined. */
  get(hash: string): Float32Array | undefined {
    const bytes = this.read(hash);
    return bytes && new Float32Array(bytes.buffer);
  }

  set(hash: string, row: Float32Array): void {
    this.write(hash, new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  }
}
