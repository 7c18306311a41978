import { realpathSync, type Stats } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import type { Dataset, Skipped } from './dataset';
import { EXTENSIONS, type FolderListing, hasPictureName, listFolder, reasonOf, statusOf } from './listFolder';

/** What comes to light while folders are looked through. */
export class Findings {
  /** what cannot be a picture, or cannot be looked at, with the reason */
  readonly skipped: Skipped[] = [];
  /** what a person should know before trusting the dataset */
  readonly warnings: string[] = [];
  /** what was found and how it was taken */
  private readonly ownNotes: string[] = [];
  private readonly helpers: string[] = [];

  /** List a folder; what is lost in it is noted, and a folder that cannot be read is an empty one. */
  list(folder: string): FolderListing {
    try {
      const listing = listFolder(folder);
      this.skipped.push(...listing.lost);
      this.helpers.push(...listing.helpers);
      return listing;
    } catch (error) {
      const lost = [{ file: folder, reason: `${reasonOf(error, folder)} (a folder)` }];
      this.skipped.push(...lost);
      return { folders: [], files: [], lost, helpers: [] };
    }
  }

  /** Warnings and notes as a dataset has them. */
  told(): Pick<Dataset, 'warnings' | 'notes'> {
    const notes = this.notes();
    return { ...(this.warnings.length > 0 && { warnings: this.warnings }), ...(notes.length > 0 && { notes }) };
  }

  note(text: string): void {
    this.ownNotes.push(text);
  }

  /** All notes, with one for all folders of systems and devices that were passed over. */
  private notes(): string[] {
    const paths = new Set(this.helpers);
    if (paths.size === 0) return this.ownNotes;
    const names = [...new Set([...paths].map((path) => basename(path)))];
    const many = paths.size === 1 ? 'a folder' : `${paths.size} folders`;
    return [...this.ownNotes, `passed over ${many} of the system, a NAS or a program: ${names.join(', ')}`];
  }
}

/**
 * Every picture below a folder, in the order of names. Links are followed; one that leads back to a folder it lies in is not.
 *
 * @param findings what cannot be a picture is added to it, with the reason
 * @param above real paths of the folders on the way here
 */
export function picturesBelow(folder: string, findings: Findings, above: readonly string[] = []): string[] {
  let real: string;
  try {
    real = realpathSync(folder);
  } catch (error) {
    findings.skipped.push({ file: folder, reason: reasonOf(error, folder) });
    return [];
  }
  // a link to a folder above would go round for ever, and take pictures of other classes for ones of this
  if (above.some((path) => path === real || path.startsWith(real + sep))) {
    findings.skipped.push({ file: folder, reason: 'a link to a folder that it lies in' });
    return [];
  }
  const { folders, files } = findings.list(folder);
  const found: string[] = [];
  const entries = [
    ...folders.map((name) => ({ name, file: undefined })),
    ...files.map((file) => ({ name: file.name, file })),
  ];
  for (const { name, file } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name);
    if (!file) {
      for (const picture of picturesBelow(path, findings, [...above, real])) found.push(picture);
      continue;
    }
    const reason = unusable(name, { size: file.size, isFile: () => file.isFile });
    if (reason === undefined) found.push(path);
    else findings.skipped.push({ file: path, reason });
  }
  return found;
}

/** Whether any file below a folder is named like a picture. Folders that cannot be read hold none. */
export function hasPictureBelow(folder: string, depth = 0): boolean {
  let listing: FolderListing;
  try {
    listing = listFolder(folder);
  } catch {
    return false;
  }
  return (
    listing.files.some(({ name }) => hasPictureName(name)) ||
    (depth < 20 && listing.folders.some((name) => hasPictureBelow(join(folder, name), depth + 1)))
  );
}

/** Why a file cannot be a picture, or undefined if it may be one. */
export function unusable(name: string, status: Pick<Stats, 'size' | 'isFile'> | string): string | undefined {
  if (typeof status === 'string') return status;
  if (!status.isFile()) return 'not a file';
  if (!hasPictureName(name)) {
    const extension = extname(name).toLowerCase();
    return `'${extension || basename(name)}' is not a picture format that is read (${EXTENSIONS.join(' ')})`;
  }
  return status.size === 0 ? 'empty file' : undefined;
}

/** {@link unusable}, of a path. */
export const unusableFile = (path: string): string | undefined => unusable(basename(path), statusOf(path));
