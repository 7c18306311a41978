import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import { writeFileAtomically } from '../core/files';
import { cacheFolder } from '../core/paths';

/** Bytes that all kept rows together may take on disk, where TUNEBOOK_CACHE_BYTES does not say. */
const DEFAULT_LIMIT = 5 * 2 ** 30;
/** What was used that lately, in milliseconds, stays: a process may be in the middle of using it. */
const IN_USE = 10 * 60_000;
/** A file takes whole blocks on disk. */
const BLOCK = 4096;
/** After that many milliseconds the files are counted anew even if the tally says that there is room. */
const TALLY_HOLDS = 24 * 3_600_000;

/**
 * Bytes that all kept rows together may take on disk: TUNEBOOK_CACHE_BYTES, or 5 GiB.
 *
 * @throws {UserError} if the variable is no number of bytes
 */
export function cacheLimit(): number {
  const text = process.env.TUNEBOOK_CACHE_BYTES;
  if (text === undefined || text === '') return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!(limit >= 0)) throw new UserError(`TUNEBOOK_CACHE_BYTES must be a number of bytes, such as 5e9, got '${text}'`);
  return limit;
}

/** What a file of this many bytes takes on disk. */
export const onDisk = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/**
 * Say that bytes were added to the kept rows, and make room if they are now too many. The files are counted only then, and
 * once a day: there may be a million.
 */
export function added(bytes: number, limit = cacheLimit()): void {
  const file = cacheFolder('features', 'tally');
  let tally: { bytes: number; counted: number } | undefined;
  try {
    tally = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // there is none yet, or it is damaged: count
  }
  const known = tally && Date.now() - tally.counted < TALLY_HOLDS ? tally : undefined;
  const total = (known?.bytes ?? Infinity) + bytes;
  const next = total > limit ? { bytes: makeRoom(limit), counted: Date.now() } : { ...known, bytes: total };
  try {
    writeFileAtomically(file, JSON.stringify(next));
  } catch (error) {
    console.warn(`the size of the feature cache cannot be kept: ${messageOf(error)}`);
  }
}

/**
 * Remove the rows used longest ago until all take nine tenths of `limit`, if they take more than it. What was used in the
 * last ten minutes stays.
 *
 * @returns the bytes that are left
 */
export function makeRoom(limit = cacheLimit(), now = Date.now()): number {
  const root = cacheFolder('features');
  if (!existsSync(root)) return 0;
  const rows = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'tally')
    .flatMap(({ parentPath, name }) => {
      const file = join(parentPath, name);
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
