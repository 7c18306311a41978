import { readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { messageOf } from '../core/errors';
import type { Skipped } from './dataset';
import { isHelperFolder } from './helperFolders';

/** What lies in a folder, each sorted by name. Hidden files and folders are left out. */
export interface FolderListing {
  folders: string[];
  files: { name: string; size: number; isFile: boolean }[];
  /** what is there and cannot be looked at, with the reason */
  lost: Skipped[];
  /** folders of systems and devices, which hold no pictures of the person's */
  helpers: string[];
}

/** Names that pictures end in, in any case of letters. */
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
];

/** Whether a file is named like a picture that is read. */
export const hasPictureName = (name: string): boolean => EXTENSIONS.includes(extname(name).toLowerCase());

/**
 * List a folder so that nothing in it is dropped: links that lead nowhere, entries without permission and names that are not
 * UTF-8 are named with their reason. Links to folders and files count as what they lead to.
 *
 * @throws whatever reading the folder itself throws; {@link reasonOf} says it in words
 */
export function listFolder(folder: string): FolderListing {
  const listing: FolderListing = { folders: [], files: [], lost: [], helpers: [] };
  const names = readdirSync(folder, { encoding: 'buffer' }).map((raw) => ({ raw, name: raw.toString('utf8') }));
  for (const { raw, name } of names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    if (name.startsWith('.')) continue;
    if (!Buffer.from(name, 'utf8').equals(raw)) {
      const lost = strangeName(folder, raw);
      if (lost) listing.lost.push(lost);
      continue;
    }
    const path = join(folder, name);
    const status = statusOf(path);
    if (typeof status === 'string') listing.lost.push({ file: path, reason: status });
    else if (!status.isDirectory()) listing.files.push({ name, size: status.size, isFile: status.isFile() });
    else if (isHelperFolder(name)) listing.helpers.push(path);
    else listing.folders.push(name);
  }
  return listing;
}

/** A file's or folder's status, or in words why there is none. */
export function statusOf(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return reasonOf(error, path);
  }
}

/** Why a file or folder cannot be read, in words. */
export function reasonOf(error: unknown, path: string): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return 'a link that leads round in a circle';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ENAMETOOLONG') return 'its name is too long';
  if (['EIO', 'ESTALE', 'ENOTCONN', 'ENODEV', 'ENXIO', 'EHOSTDOWN', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(code)) {
    return `the disk or network share that it lies on does not answer (${code})`;
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const target = linkTarget(path);
    return target === undefined ? 'no such file' : `a link that leads nowhere: ${target}`;
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
 * A name in another encoding, of an old archive or disk, cannot be told from others in text: paths, tables and reports would
 * name something else. So it is left out, and how many pictures go with it is said.
 */
function strangeName(folder: string, raw: Buffer): Skipped | undefined {
  const path = Buffer.concat([Buffer.from(`${folder}/`), raw]);
  const shown = [...raw]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte),
    )
    .join('');
  const why = 'its name is not UTF-8 (of an old archive or disk?)';
  const pictures = countPictures(path);
  if (pictures === undefined) {
    // a file: of those that are no pictures nothing is lost
    return hasPictureName(shown) ? { file: join(folder, shown), reason: `${why}: rename it` } : undefined;
  }
  const many = pictures === 1 ? 'the picture in it is' : `the ${pictures} pictures in it are`;
  return { file: join(folder, shown), reason: `${why}, so ${many} left out: rename the folder` };
}

/** How many files below a folder are named like pictures; undefined where it is no folder. */
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
