import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import { sha256, writeFileAtomically } from '../core/files';
import { cacheFolder } from '../core/paths';
import { cacheLimit, onDisk, recordAdded } from './cacheSize';

const CHECK_BYTES = 8;

/**
 * A cache of byte arrays on disk. The key of an entry is the hash of what it was computed from. All entries of a store have the
 * same length and come from the same computation, which names the store's folder. A damaged entry counts as missing.
 */
export class ByteStore {
  private readonly folder: string;
  /** bytes written since the last `close` */
  private written = 0;
  private broken: string | undefined;

  /**
   * @param name of the computation, which makes the folder's name readable
   * @param key hexadecimal hash of the computation: weights, preprocessing, layer
   * @param size bytes per entry
   * @param extension of the files
   */
  constructor(
    name: string,
    key: string,
    private readonly size: number,
    private readonly extension: string,
  ) {
    cacheLimit(); // reports an invalid setting before any work is done
    this.folder = cacheFolder('features', `${name}-${key.slice(0, 16)}`);
  }

  /** A copy of the entry with this hash, or undefined. */
  protected read(hash: string): Uint8Array | undefined {
    const file = this.file(hash);
    let content: Buffer;
    try {
      content = readFileSync(file);
      const now = new Date();
      utimesSync(file, now, now); // the least recently used entries are removed first
    } catch {
      return undefined; // never written, or removed by another process
    }
    const data = content.subarray(CHECK_BYTES);
    if (data.length !== this.size || !check(data).equals(content.subarray(0, CHECK_BYTES))) return undefined;
    return new Uint8Array(data);
  }

  has(hash: string): boolean {
    return existsSync(this.file(hash));
  }

  /** After an entry could not be written, further ones are not tried; `close` reports it. */
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
   * Call this after writing entries: removes old entries when all stores together exceed the cache limit.
   *
   * @param onMessage receives a message when entries could not be written
   */
  close(onMessage?: (text: string) => void): void {
    if (this.broken !== undefined) onMessage?.(`cannot write to the cache: ${this.broken}`);
    if (this.written > 0) recordAdded(this.written);
    this.written = 0;
    this.broken = undefined;
  }

  private file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), `${hash}.${this.extension}`);
  }
}

const check = (data: Uint8Array) => Buffer.from(sha256(data).slice(0, 2 * CHECK_BYTES), 'hex');
