import { basename, dirname, relative, sep } from 'node:path';
import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';

/**
 * Which of the folders above a picture names its class: the one below the dataset or part ('top'), the one that the picture
 * lies in ('leaf'), or the one at a depth (1 is 'top').
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
 * The path, below its part, of the folder that names a picture's class, with `/` between names.
 *
 * @returns undefined where the picture lies less deep than classes do
 */
export function classPathOf(file: string, part: string, classes: ClassFolders): string | undefined {
  const folders = relative(part, dirname(file)).split(sep);
  if (classes === 'leaf') return folders.join('/');
  const depth = classes === 'top' ? 1 : classes;
  return folders.length < depth ? undefined : folders.slice(0, depth).join('/');
}

/** Names for class folders: the folder's own, or where two are named alike ('Fruit/Red', 'Juice/Red') the whole path. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(basename(path), (counts.get(basename(path)) ?? 0) + 1);
  return new Map(paths.map((path) => [path, counts.get(basename(path)) === 1 ? basename(path) : path]));
}

/**
 * What to say where the folders below classes look like the classes that were meant: most classes have no picture of their
 * own, but several folders of them.
 *
 * @param pictures with the part that each is in
 */
export function leavesNote(pictures: readonly { file: string; part: string }[]): string | undefined {
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
  return `the pictures of '${top}' lie in ${below.size} folders of their own (${names.join(', ')}${below.size > 3 ? ', ...' : ''}): if these are the classes, say classes: 'leaf' (--classes leaf); if each is one person or thing, keep it together by a 'group' column in labels.csv`;
}
