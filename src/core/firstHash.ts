import { existsSync, readFileSync } from 'node:fs';
import { UserError } from './errors';
import { writeFileAtomically } from './files';

/**
 * The SHA-256 that a file had when it was first fetched and found to be right: what the next download of a file is held
 * against for which nobody publishes a hash.
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

/** Keep a file's hash, unless there is one; to be called when the file was found to be right. */
export function keepFirstHash(record: string, sha256: string): void {
  if (firstHash(record) === undefined) writeFileAtomically(record, `${sha256}\n`);
}

/** What to do when the hash is another, as the end of an error's line. */
export const otherThanFirst = (record: string): string =>
  `; nobody publishes its hash, and that of the first download is kept in ${record}: if the file was replaced where it comes from, delete that one and fetch it again`;
