import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import type { Skipped } from './dataset';

/** Names that pictures end in, in any case of letters. */
const EXTENSIONS = new Set(['.jpg', '.jpeg', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif', '.bmp']);

/** Whether a file is named like a picture that is read. */
export const hasPictureName = (name: string): boolean => EXTENSIONS.has(extname(name).toLowerCase());

const visible = (name: string) => !name.startsWith('.') && name !== '__MACOSX';

/** Names of the folders in a folder, links to folders among them, sorted. */
export function subfolders(folder: string): string[] {
  return visibleNames(folder).filter((name) => statusOf(join(folder, name))?.isDirectory());
}

/** Names in a folder, without hidden ones, sorted. */
export const visibleNames = (folder: string): string[] => readdirSync(folder).filter(visible).sort();

/**
 * Every picture below a folder, sorted by path. Links are followed; one that leads back to a folder it lies in is not.
 *
 * @param skipped what cannot be a picture is added here, with the reason
 * @param above real paths of the folders on the way here
 */
export function picturesBelow(folder: string, skipped: Skipped[], above: readonly string[] = []): string[] {
  const real = realpathSync(folder);
  // a link to a folder above would go round for ever, and take pictures of other classes for ones of this
  if (above.some((path) => path === real || path.startsWith(real + sep))) {
    skipped.push({ file: folder, reason: 'a link to a folder that it lies in' });
    return [];
  }
  let names: string[];
  try {
    names = visibleNames(folder);
  } catch {
    skipped.push({ file: folder, reason: 'no permission to read the folder' });
    return [];
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    const status = statusOf(path);
    if (status?.isDirectory()) return picturesBelow(path, skipped, [...above, real]);
    const reason = unusable(name, status);
    if (reason === undefined) return [path];
    skipped.push({ file: path, reason });
    return [];
  });
}

/** Undefined where a link leads nowhere, or round in a circle. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Why a file cannot be a picture, or undefined if it may be one. */
export function unusable(name: string, status: Pick<Stats, 'size' | 'isFile'> | undefined): string | undefined {
  if (!status) return 'a link that leads nowhere';
  if (!status.isFile()) return 'not a file';
  if (!hasPictureName(name)) {
    const extension = extname(name).toLowerCase();
    return `'${extension || basename(name)}' is not a picture format that is read (${[...EXTENSIONS].join(' ')})`;
  }
  return status.size === 0 ? 'empty file' : undefined;
}
