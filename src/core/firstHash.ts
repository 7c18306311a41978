import { existsSync, readFileSync } from 'node:fs';
import { UserError } from './errors';
import { writeFileAtomically } from './files';

/**
 * The SHA-256 of a file at its first download, for files without a published hash: later downloads are compared with it
 * (trust on first use).
 *
 * @param record the file that keeps it, beside what was fetched
 * @returns undefined before the first
 */
export function firstHash(record: string): string | undefined {
  if (!existsSync(record)) return undefined;
  const hash = readFileSync(record, 'utf8').trim();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new UserError(`${record} should hold the SHA-256 of a file: delete it to take the next download as the first`);
}

/** Record the hash of a file, unless one is recorded. Call it when the content of the file has been checked. */
export function keepFirstHash(record: string, sha256: string): void {
  if (firstHash(record) === undefined) writeFileAtomically(record, `${sha256}\n`);
}

/** What to do when the hash differs: the end of an error message. */
export const otherThanFirst = (record: string): string =>
  `; it has no published hash, and that of the first download is in ${record}: if the publisher has replaced the file, delete that record and download it again`;
