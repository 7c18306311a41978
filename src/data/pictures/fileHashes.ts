import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Nanoseconds for which a file that was just written may be written again without a later time: some disks keep times to two seconds. */
const UNCERTAIN = 2_000_000_000n;
/** More files than this are not remembered: 100 MB. */
const MOST = 500_000;

/** SHA-256 of files that were read, with what changes when a file does. */
const hashes = new Map<string, { stamp: string; hash: string }>();

/** What no program can set back, unlike the time of the last change of the content. */
const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats) => [dev, ino, size, mtimeNs, ctimeNs].join();

/**
 * The SHA-256 of a file that was read in this process and has not changed since: runs of a study read the same pictures, whose hashes
 * take longer than all else where they are photos of several megabytes.
 *
 * @returns undefined if it has to be read
 */
export async function knownHash(file: string): Promise<string | undefined> {
  const known = hashes.get(file);
  if (!known) return undefined;
  try {
    return stampOf(await stat(file, { bigint: true })) === known.stamp ? known.hash : undefined;
  } catch {
    return undefined; // reading it says what is wrong
  }
}

/**
 * Remember the hash of a file.
 *
 * @param stats of the file, from before its content was read
 */
export function rememberHash(file: string, stats: BigIntStats, hash: string): void {
  const age = BigInt(Date.now()) * 1_000_000n - stats.ctimeNs;
  if (age < UNCERTAIN || hashes.size >= MOST) hashes.delete(file);
  else hashes.set(file, { stamp: stampOf(stats), hash });
}
