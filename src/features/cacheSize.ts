import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import { writeFileAtomically } from '../core/files';
import { cacheFolder } from '../core/paths';

/** The default limit of the cache, in bytes. */
const DEFAULT_LIMIT = 5 * 2 ** 30;
/** Files used within this time, in milliseconds, are not removed, as a process may be reading them. */
const IN_USE = 10 * 60_000;
/** Bytes of a block: a file takes whole blocks on disk. */
const BLOCK = 4096;
/** After this time, in milliseconds, the files are counted again even when the tally is below the limit. */
const TALLY_HOLDS = 24 * 3_600_000;

/**
 * The limit of the cache in bytes: the environment variable TUNEBOOK_CACHE_BYTES, or 5 GiB.
 *
 * @throws {UserError} when the variable is not a number of at least 0
 */
export function cacheLimit(): number {
  const text = process.env.TUNEBOOK_CACHE_BYTES;
  if (text === undefined || text === '') return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!(limit >= 0)) throw new UserError(`TUNEBOOK_CACHE_BYTES must be a number of bytes, such as 5e9, got '${text}'`);
  return limit;
}

/**
 * The files of the cache: TUNEBOOK_CACHE may name a folder of the user, who has other files in a folder `features` there. A store has a
 * folder with the beginning of its key, and in it a folder for the first two digits of each hash.
 */
const ENTRY = /^[\w.-]+-[0-9a-f]{16}\/[0-9a-f]{2}\/[0-9a-f]+\.(?:f32|u8)$/;

/** The bytes that a file of this size takes on disk. */
export const onDisk = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/**
 * Record that bytes were added to the cache, and remove old entries when it exceeds the limit. The files, of which there may be a
 * million, are counted only then and once a day.
 */
export function recordAdded(bytes: number, limit = cacheLimit()): void {
  const file = cacheFolder('features', 'tally');
  let tally: { bytes: number; counted: number } | undefined;
  try {
    tally = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // missing or damaged: count the files
  }
  const known = tally && Date.now() - tally.counted < TALLY_HOLDS ? tally : undefined;
  const total = (known?.bytes ?? Infinity) + bytes;
  const next = total > limit ? { bytes: removeOldest(limit), counted: Date.now() } : { ...known, bytes: total };
  try {
    writeFileAtomically(file, JSON.stringify(next));
  } catch (error) {
    console.warn(`cannot record the size of the feature cache: ${messageOf(error)}`);
  }
}

/**
 * When the cache exceeds `limit`, remove its least recently used files until it takes nine tenths of it. Files used within the last
 * ten minutes are kept.
 *
 * @returns the bytes in use afterwards
 */
export function removeOldest(limit = cacheLimit(), now = Date.now()): number {
  const root = cacheFolder('features');
  if (!existsSync(root)) return 0;
  const rows = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => ENTRY.test(relative(root, file).split(sep).join('/')))
    .flatMap((file) => {
      const status = statSync(file, { throwIfNoEntry: false });
      return status ? [{ file, bytes: onDisk(status.size), used: status.mtimeMs }] : [];
    });
  let total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return total;
  for (const { file, bytes, used } of rows.sort((a, b) => a.used - b.used)) {
    if (total <= 0.9 * limit || used > now - IN_USE) break;
    rmSync(file, { force: true });
    total -= bytes;
  }
  return total;
}
