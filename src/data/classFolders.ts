import { basename, dirname, relative, sep } from 'node:path';
import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';

/**
 * Which folder above a picture names its class: the first below the dataset or part (`'top'`), the one that contains the picture
 * (`'leaf'`), or the one at a depth from 1 to 20 (1 is `'top'`).
 */
export type ClassFolders = 'top' | 'leaf' | number;

/** @throws {UserError} unless it is 'top', 'leaf' or a depth from 1 */
export function checkClassFolders(caller: string, classes: unknown): ClassFolders {
  if (classes === 'top' || classes === 'leaf') return classes;
  if (typeof classes !== 'number') {
    throw new UserError(
      `${caller}: classes must be 'top', 'leaf' or a depth such as 2, got ${JSON.stringify(classes)}`,
    );
  }
  return checkNumber(`${caller}: classes`, classes, { min: 1, max: 20, integer: true });
}

/**
 * The path of the folder that names a picture's class, relative to the part and separated by `/`.
 *
 * @returns undefined when the picture is above the folders that name classes
 */
export function classPathOf(file: string, part: string, classes: ClassFolders): string | undefined {
  const folders = relative(part, dirname(file)).split(sep);
  if (classes === 'leaf') return folders.join('/');
  const depth = classes === 'top' ? 1 : classes;
  return folders.length < depth ? undefined : folders.slice(0, depth).join('/');
}

/** Class names from paths of folders: the last component, or the whole path when several share it ('Fruit/Red', 'Juice/Red'). */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(basename(path), (counts.get(basename(path)) ?? 0) + 1);
  return new Map(paths.map((path) => [path, counts.get(basename(path)) === 1 ? basename(path) : path]));
}

/**
 * A warning when the folders below the class folders may be the intended classes: most class folders contain no pictures
 * themselves, but several folders with pictures.
 *
 * @param pictures with the part of each
 */
export function nestedClassesWarning(pictures: readonly { file: string; part: string }[]): string | undefined {
  const leaves = new Map<string, Set<string>>();
  const direct = new Set<string>();
  for (const { file, part } of pictures) {
    const top = classPathOf(file, part, 'top')!;
    const leaf = classPathOf(file, part, 'leaf')!;
    if (leaf === top) direct.add(top);
    else leaves.set(top, (leaves.get(top) ?? new Set()).add(leaf));
  }
  const tops = new Set([...leaves.keys(), ...direct]);
  const nested = [...leaves].filter(([top, below]) => !direct.has(top) && below.size > 1);
  if (nested.length === 0 || 2 * nested.length < tops.size) return undefined;
  const [top, below] = nested.sort((a, b) => b[1].size - a[1].size)[0]!;
  const names = [...below].slice(0, 3).map((path) => basename(path));
  return `the pictures of '${top}' are in ${below.size} subfolders (${names.join(', ')}${below.size > 3 ? ', ...' : ''}): if these are the classes, use classes: 'leaf' (--classes leaf); if each is one person or thing, keep its pictures together with a 'group' column in labels.csv`;
}
