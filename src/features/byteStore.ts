import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import { sha256, writeFileAtomically } from '../core/files';
import { cacheFolder } from '../core/paths';
import { added, cacheLimit, onDisk } from './cacheRoom';

const CHECK_BYTES = 8;

/**
 * Bytes on disk, each entry found by the hash of what it was computed from. All entries of a store have the same length and
 * come from the same computation, which the store's folder is named after. A damaged entry counts as none.
 */
export class ByteStore {
  private readonly folder: string;
  /** bytes since the last `close` */
  private written = 0;
  private broken: string | undefined;

  /**
   * @param name of the computation, for people who look into the folder
   * @param key of the computation, hexadecimal: weights, preprocessing, layer
   * @param size bytes of an entry
   * @param extension of the files
   */
  constructor(
    name: string,
    key: string,
    private readonly size: number,
    private readonly extension: string,
  ) {
    cacheLimit(); // a wrong setting is an error before any work
    this.folder = cacheFolder('features', `${name}-${key.slice(0, 16)}`);
  }

  /** The entry under this hash, in memory of its own, or undefined. */
  protected read(hash: string): Uint8Array | undefined {
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
    if (data.length !== this.size || !check(data).equals(content.subarray(0, CHECK_BYTES))) return undefined;
    return new Uint8Array(data);
  }

  has(hash: string): boolean {
    return existsSync(this.file(hash));
  }

  /** An entry that cannot be written is none: `close` tells. */
  protected write(hash: string, data: Uint8Array): void {
    if (this.broken !== undefined) return;
    try {
      writeFileAtomically(this.file(hash), Buffer.concat([check(data), data]));
      this.written += onDisk(CHECK_BYTES + data.length);
    } catch (error) {
      this.broken = messageOf(error);
    }
  }

  /**
   * To be called after entries were written: makes room if all stores together take too much.
   *
   * @param onMessage told if entries could not be written, for want of room or rights
   */
  close(onMessage?: (text: string) => void): void {
    if (this.broken !== undefined) onMessage?.(`what was computed cannot be kept on disk: ${this.broken}`);
    if (this.written > 0) added(this.written);
    this.written = 0;
    this.broken = undefined;
  }

  private file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), `${hash}.${this.extension}`);
  }
}

const check = (data: Uint8Array) => Buffer.from(sha256(data).slice(0, 2 * CHECK_BYTES), 'hex');
