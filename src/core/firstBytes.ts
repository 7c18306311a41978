import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a file, or all when it is shorter. */
export function firstBytes(file: string, count: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(count);
    return start.subarray(0, readSync(descriptor, start, 0, count, 0));
  } finally {
    closeSync(descriptor);
  }
}
