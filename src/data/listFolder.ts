import { closeSync, openSync, readdirSync, readlinkSync, readSync, type Stats, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { messageOf } from '../core/errors';
import type { Skipped } from './dataset';
import { DICOM_START, isDicom } from './pictures/dicom/isDicom';
import { isSystemFolder } from './systemFolders';

/** The content of a folder, sorted by name, without hidden files and folders. */
export interface FolderListing {
  folders: string[];
  files: { name: string; size: number; isFile: boolean; isPicture: boolean }[];
  /** entries that cannot be read, with the reason */
  unreadable: Skipped[];
  /** folders that an operating system, a NAS or a program made, such as thumbnails and trash */
  systemFolders: string[];
}

/** File extensions of pictures, in lower case. */
export const EXTENSIONS = [
  '.jpg',
  '.jpeg',
  '.jfif',
  '.png',
  '.webp',
  '.gif',
  '.tif',
  '.tiff',
  '.avif',
  '.bmp',
  '.heic',
  '.heif',
  '.hif',
  '.jxl',
  '.jp2',
  '.j2k',
  '.jpf',
  '.jpx',
  '.npy',
  '.dcm',
  '.dicom',
];

/** Whether a file has the extension of a picture. */
export const hasPictureName = (name: string): boolean => EXTENSIONS.includes(extname(name).toLowerCase());

/** Whether a file is a picture: by its extension or, where scanners often write none, by the start of a DICOM file. */
export function isPictureFile(path: string): boolean {
  return hasPictureName(path) || (/^(?:\.ima|\.\d+|)$/i.test(extname(path)) && startsAsDicom(path));
}

function startsAsDicom(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(DICOM_START);
      return readSync(file, start, 0, DICOM_START, 0) === DICOM_START && isDicom(start);
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // the reason is reported by what reads it
  }
}

/**
 * List a folder without dropping anything silently: broken links, entries without permission and names that are not UTF-8 are
 * listed with the reason. Links are followed.
 *
 * @throws the error of reading the folder itself, which {@link reasonOf} explains
 */
export function listFolder(folder: string): FolderListing {
  const listing: FolderListing = { folders: [], files: [], unreadable: [], systemFolders: [] };
  const names = readdirSync(folder, { encoding: 'buffer' }).map((raw) => ({ raw, name: raw.toString('utf8') }));
  for (const { raw, name } of names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    if (name.startsWith('.')) continue;
    if (!Buffer.from(name, 'utf8').equals(raw)) {
      const skipped = nameNotUtf8(folder, raw);
      if (skipped) listing.unreadable.push(skipped);
      continue;
    }
    const path = join(folder, name);
    const status = statusOf(path);
    if (typeof status === 'string') listing.unreadable.push({ file: path, reason: status });
    else if (!status.isDirectory()) {
      const isFile = status.isFile(); // others, such as pipes, are not opened
      listing.files.push({ name, size: status.size, isFile, isPicture: isFile && isPictureFile(path) });
    } else if (isSystemFolder(name)) listing.systemFolders.push(path);
    else listing.folders.push(name);
  }
  return listing;
}

/** The status of a file or folder, or the reason why it cannot be read. */
export function statusOf(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return reasonOf(error, path);
  }
}

/** The reason why a file or folder cannot be read. */
export function reasonOf(error: unknown, path: string): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return 'a link to itself, or links in a circle';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ENAMETOOLONG') return 'its name is too long';
  if (['EIO', 'ESTALE', 'ENOTCONN', 'ENODEV', 'ENXIO', 'EHOSTDOWN', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(code)) {
    return `its disk or network share does not answer (${code})`;
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const target = linkTarget(path);
    return target === undefined ? 'no such file' : `a broken link to ${target}`;
  }
  return messageOf(error);
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Why a file or folder whose name is not UTF-8 is left out: decoding replaces its characters, so that paths, tables and reports
 * could not name it. Says how many pictures are left out with it.
 */
function nameNotUtf8(folder: string, raw: Buffer): Skipped | undefined {
  const path = Buffer.concat([Buffer.from(`${folder}/`), raw]);
  const shown = [...raw]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte),
    )
    .join('');
  const why = 'its name is not UTF-8 (from an old archive or disk?)';
  const pictures = countPictures(path);
  if (pictures === undefined) {
    // a file; other files than pictures would not be used anyway
    return hasPictureName(shown) ? { file: join(folder, shown), reason: `${why}: rename it` } : undefined;
  }
  const many = pictures === 1 ? 'the picture in it is' : `the ${pictures} pictures in it are`;
  return { file: join(folder, shown), reason: `${why}, so ${many} left out: rename the folder` };
}

/** How many files below a folder have the extension of a picture; undefined when it is not a folder. */
function countPictures(folder: Buffer, depth = 0): number | undefined {
  let names: Buffer[];
  try {
    if (!statSync(folder).isDirectory()) return undefined;
    names = readdirSync(folder, { encoding: 'buffer' });
  } catch {
    return undefined;
  }
  let count = 0;
  for (const name of names) {
    if (hasPictureName(name.toString('latin1'))) count++;
    else if (depth < 20) count += countPictures(Buffer.concat([folder, Buffer.from('/'), name]), depth + 1) ?? 0;
  }
  return count;
}
