import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, writeFileAtomically } from '../files';
import { cacheFolder } from '../paths';

const CHECK_BYTES = 8;
/** Bytes that all stores together may take on disk. */
export const STORE_LIMIT = 10 * 2 ** 30;

/**
 * Rows of numbers on disk, each found by the hash of what it was computed from. All rows of a store have the same length
 * and come from the same computation, which the store's folder is named after. A damaged row counts as none.
 */
export class RowStore {
  private readonly folder: string;
  private written = false;

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
    this.folder = cacheFolder('features', `${name}-${key.slice(0, 16)}`);
  }

  /** The row under this hash, or undefined. */
  get(hash: string): Float32Array | undefined {
    const file = this.file(hash);
    if (!existsSync(file)) return undefined;
    let content: Buffer;
    try {
      content = readFileSync(file);
    } catch {
      return undefined; // removed in this moment by another process that made room
    }
    const data = content.subarray(CHECK_BYTES);
    if (data.length !== 4 * this.length || !check(data).equals(content.subarray(0, CHECK_BYTES))) return undefined;
    return new Float32Array(new Uint8Array(data).buffer);
  }

  has(hash: string): boolean {
    return existsSync(this.file(hash));
  }

  set(hash: string, row: Float32Array): void {
    const data = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
    writeFileAtomically(this.file(hash), Buffer.concat([check(data), data]));
    this.written = true;
  }

  /** If rows were written: make room. @see makeRoom */
  close(limit = STORE_LIMIT): void {
    if (this.written) makeRoom(limit);
    this.written = false;
  }

  private file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), `${hash}.f32`);
  }
}

/** Remove the oldest rows of all stores until they take at most `limit` bytes. */
export function makeRoom(limit = STORE_LIMIT): void {
  const root = cacheFolder('features');
  if (!existsSync(root)) return;
  const rows = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const status = statSync(file, { throwIfNoEntry: false });
      return status ? [{ file, bytes: status.size, time: status.mtimeMs }] : [];
    });
  let total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return;
  for (const { file, bytes } of rows.sort((a, b) => a.time - b.time)) {
    if (total <= limit) return;
    rmSync(file, { force: true });
    total -= bytes;
  }
}

const check = (data: Uint8Array) => Buffer.from(sha256(data).slice(0, 2 * CHECK_BYTES), 'hex');
