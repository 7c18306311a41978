import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors';
import { sha256, writeFileAtomically } from '../files';
import { cacheFolder } from '../paths';
import { added, cacheLimit, onDisk } from './cacheRoom';

const CHECK_BYTES = 8;

/**
 * Rows of numbers on disk, each found by the hash of what it was computed from. All rows of a store have the same length
 * and come from the same computation, which the store's folder is named after. A damaged row counts as none.
 */
export class RowStore {
  private readonly folder: string;
  /** bytes since the last `close` */
  private written = 0;
  private broken: string | undefined;

  /**
   * @param name of the computation, for people who look into the folder
   * @param key of the computation, hexadecimal: weights, preprocessing, layer
   * @param length numbers in a row
   */
  constructor(
    name: string,
    key: string,
    readonly length: number,
  ) {
    cacheLimit(); // a wrong setting is an error before any work
    this.folder = cacheFolder('features', `${name}-${key.slice(0, 16)}`);
  }

  /** The row under this hash, or undefined. */
  get(hash: string): Float32Array | undefined {
    const file = this.file(hash);
    let content: Buffer;
    try {
      content = readFileSync(file);
      const now = new Date();
      utimesSync(file, now, now); // what was used longest ago makes room
    } catch {
      return undefined; // never written, or removed by another process that made room
    }
    const data = content.subarray(CHECK_BYTES);
    if (data.length !== 4 * this.length || !check(data).equals(content.subarray(0, CHECK_BYTES))) return undefined;
    return new Float32Array(new Uint8Array(data).buffer);
  }

  has(hash: string): boolean {
    return existsSync(this.file(hash));
  }

  /** A row that cannot be written is none: `close` tells. */
  set(hash: string, row: Float32Array): void {
    if (this.broken !== undefined) return;
    const data = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
    try {
      writeFileAtomically(this.file(hash), Buffer.concat([check(data), data]));
      this.written += onDisk(CHECK_BYTES + data.length);
    } catch (error) {
      this.broken = messageOf(error);
    }
  }

  /**
   * To be called after rows were written: makes room if all stores together take too much.
   *
   * @param onMessage told if rows could not be written, for want of room or rights
   */
  close(onMessage?: (text: string) => void): void {
    if (this.broken !== undefined) onMessage?.(`what was computed cannot be kept on disk: ${this.broken}`);
    if (this.written > 0) added(this.written);
    this.written = 0;
    this.broken = undefined;
  }

  private file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), `${hash}.f32`);
  }
}

const check = (data: Uint8Array) => Buffer.from(sha256(data).slice(0, 2 * CHECK_BYTES), 'hex');
