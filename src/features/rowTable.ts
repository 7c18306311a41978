import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../core/paths';

/** Bytes of rows in memory; larger tables are in a file. */
const MEMORY_LIMIT = 16 * 2 ** 20;

const files = new FinalizationRegistry((file: number) => closeSync(file));

/**
 * A table of numbers that is written row by row and read in any order. A large table is in an unlinked file, so that memory does
 * not grow with the number of rows and no file is left behind; when no file can be written, it is kept in memory.
 */
export class RowTable {
  private memory: Float32Array | undefined;
  private file: number | undefined;

  /**
   * @param count the largest number of rows
   * @param length numbers per row
   * @param memoryLimit bytes that may be in memory; default 16 MiB
   */
  constructor(
    private readonly count: number,
    readonly length: number,
    memoryLimit = MEMORY_LIMIT,
  ) {
    if (4 * count * length > memoryLimit) this.file = openUnlinked();
    if (this.file === undefined) this.memory = new Float32Array(count * length);
    else files.register(this, this.file, this);
  }

  set(row: number, values: Float32Array): void {
    if (this.file !== undefined) {
      try {
        const written = writeSync(this.file, bytesOf(values), 0, 4 * this.length, 4 * this.length * row);
        if (written === 4 * this.length) return;
      } catch {
        // the disk is full: continue in memory
      }
      this.memory = this.toArray(this.count);
      this.dispose();
    }
    this.memory!.set(values.subarray(0, this.length), row * this.length);
  }

  /** Copy a row. @param target as many numbers as a row has */
  copy(row: number, target: Float32Array): void {
    if (this.memory) target.set(this.memory.subarray(row * this.length, (row + 1) * this.length));
    else this.read(target, row);
  }

  /** The first rows as one array [count x length]. */
  toArray(count: number): Float32Array {
    if (this.memory) return this.memory.subarray(0, count * this.length);
    const values = new Float32Array(count * this.length);
    this.read(values, 0);
    return values;
  }

  /** Close the file; its content can no longer be read. */
  dispose(): void {
    if (this.file === undefined) return;
    files.unregister(this);
    closeSync(this.file);
    this.file = undefined;
  }

  private read(values: Float32Array, row: number): void {
    const bytes = bytesOf(values);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(
        this.file!,
        bytes,
        done,
        Math.min(bytes.length - done, 2 ** 30),
        4 * this.length * row + done,
      );
      if (read === 0) break; // past the last row written
      done += read;
    }
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** An unlinked file, which the system removes when it is closed or the process ends; undefined when none can be made. */
function openUnlinked(): number | undefined {
  try {
    // not the system's folder for temporary files, which may be in memory
    mkdirSync(cacheFolder('temporary'), { recursive: true });
    const folder = mkdtempSync(join(cacheFolder('temporary'), 'rows-'));
    try {
      return openSync(join(folder, 'rows'), 'w+');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return undefined;
  }
}
