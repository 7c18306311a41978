import { realpathSync, type Stats } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import type { Dataset, Skipped } from './dataset';
import { EXTENSIONS, type FolderListing, isPictureFile, listFolder, reasonOf, statusOf } from './listFolder';

/** What is found out while folders are read: skipped files, warnings and notes. */
export class Findings {
  /** files and folders that are not used, with the reason */
  readonly skipped: Skipped[] = [];
  /** what should be checked before the dataset is used */
  readonly warnings: string[] = [];
  /** how the folder was interpreted */
  private readonly ownNotes: string[] = [];
  private readonly systemFolders: string[] = [];

  /** List a folder and record what is unreadable in it; a folder that cannot be read counts as empty. */
  list(folder: string): FolderListing {
    try {
      const listing = listFolder(folder);
      this.skipped.push(...listing.unreadable);
      this.systemFolders.push(...listing.systemFolders);
      return listing;
    } catch (error) {
      const lost = [{ file: folder, reason: `${reasonOf(error, folder)} (a folder)` }];
      this.skipped.push(...lost);
      return { folders: [], files: [], unreadable: lost, systemFolders: [] };
    }
  }

  /** Warnings and notes, as the properties of a dataset. */
  messages(): Pick<Dataset, 'warnings' | 'notes'> {
    const notes = this.notes();
    return { ...(this.warnings.length > 0 && { warnings: this.warnings }), ...(notes.length > 0 && { notes }) };
  }

  note(text: string): void {
    this.ownNotes.push(text);
  }

  /** All notes, with a single one for all ignored system folders. */
  private notes(): string[] {
    const paths = new Set(this.systemFolders);
    if (paths.size === 0) return this.ownNotes;
    const names = [...new Set([...paths].map((path) => basename(path)))];
    const many = paths.size === 1 ? 'a folder' : `${paths.size} folders`;
    return [...this.ownNotes, `ignored ${many} of the operating system, a NAS or a program: ${names.join(', ')}`];
  }
}

/**
 * All pictures below a folder, sorted by name. Links are followed, except to a folder that contains them.
 *
 * @param findings records files that are not pictures, with the reason
 * @param above real paths of the folders above
 */
export function picturesBelow(folder: string, findings: Findings, above: readonly string[] = []): string[] {
  let real: string;
  try {
    real = realpathSync(folder);
  } catch (error) {
    findings.skipped.push({ file: folder, reason: reasonOf(error, folder) });
    return [];
  }
  // a link to a folder above would be followed endlessly, and add pictures of other classes
  if (above.some((path) => path === real || path.startsWith(real + sep))) {
    findings.skipped.push({ file: folder, reason: 'a link to a folder that contains it' });
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
    const reason = unusable(path, { size: file.size, isFile: () => file.isFile });
    if (reason === undefined) found.push(path);
    else findings.skipped.push({ file: path, reason });
  }
  return found;
}

/** Whether any file below a folder is a picture. Folders that cannot be read count as empty. */
export function hasPictureBelow(folder: string, depth = 0): boolean {
  let listing: FolderListing;
  try {
    listing = listFolder(folder);
  } catch {
    return false;
  }
  return (
    listing.files.some(({ isPicture }) => isPicture) ||
    (depth < 20 && listing.folders.some((name) => hasPictureBelow(join(folder, name), depth + 1)))
  );
}

/** Why a file cannot be a picture, or undefined if it may be one. */
export function unusable(path: string, status: Pick<Stats, 'size' | 'isFile'> | string): string | undefined {
  if (typeof status === 'string') return status;
  if (!status.isFile()) return 'not a file';
  if (!isPictureFile(path)) {
    const extension = extname(path).toLowerCase();
    return `'${extension || basename(path)}' is not a picture format that is read (${EXTENSIONS.join(' ')})`;
  }
  return status.size === 0 ? 'empty file' : undefined;
}

/** {@link unusable} for a path. */
export const unusableFile = (path: string): string | undefined => unusable(path, statusOf(path));
