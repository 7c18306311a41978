import { realpathSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import { messageOf, shown, UserError } from './errors';

/**
 * Ids of runs, jobs and studies, which become names of folders and of keys: letters, digits, `.`, `_` and `-`, the first a
 * letter or digit, 128 at most.
 */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether something can be the id of a run, a job or a study. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/**
 * The value if it can be an id.
 *
 * @param what has the id, for the error: 'the run'
 * @throws {UserError} if it cannot
 */
export function checkId(value: unknown, what: string): string {
  if (isId(value)) return value;
  throw new UserError(
    `${what} has the id ${shown(value)}, expected letters, digits, '.', '_' and '-', the first a letter or digit, ` +
      'up to 128: it is not used',
  );
}

/**
 * The path of a file or folder that a stranger named: below the root, or an error. Every path that is built out of a string
 * which came out of a file or over the network goes through here (or is the name of nothing but a checked id).
 *
 * It looks at names alone. Where the path is opened afterwards, links on the way can still lead elsewhere: use
 * {@link realPathBelow}, or `readBounded` with a `root`.
 *
 * @param root the folder that the path stays in
 * @param name relative to it, with `/` between folders
 * @param what is named, for the error: 'the weight file'
 * @throws {UserError} for a name that is no text, is empty, holds a NUL, is absolute, or leads out of the root or to itself
 *
 * @example
 * pathBelow('/models/mine', 'group1-shard1of2.bin', 'the weight file'); // '/models/mine/group1-shard1of2.bin'
 * pathBelow('/models/mine', '../../etc/passwd', 'the weight file'); // UserError
 */
export function pathBelow(root: string, name: unknown, what = 'a file'): string {
  const refuse = (why: string) => new UserError(`${what} is named ${shown(name)}, which ${why}: it is not used`);
  if (typeof name !== 'string' || name === '') throw refuse('is no name');
  if (name.includes('\0')) throw refuse('holds a NUL');
  if (isAbsolute(name)) throw refuse(`is not relative to ${root}`);
  if (name.split('/').includes('..')) throw refuse(`leads out of ${root}`);
  const folder = resolve(root);
  const path = resolve(folder, name);
  if (!isBelow(folder, path)) throw refuse(`leads out of ${root}`);
  return path;
}

/**
 * As {@link pathBelow}, for what exists: where links on the way lead out of the root it is refused, too.
 *
 * @returns the path without links in it
 * @throws {UserError} also if there is no such file
 */
export function realPathBelow(root: string, name: unknown, what = 'a file'): string {
  const path = pathBelow(root, name, what);
  let found: string;
  try {
    found = realpathSync(path);
    if (isBelow(realpathSync(root), found)) return found;
  } catch (error) {
    throw new UserError(`${what} cannot be read: ${messageOf(error)}`);
  }
  throw new UserError(`${what} is named ${shown(name)}, a link that leads out of ${root}: it is not used`);
}

function isBelow(folder: string, path: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
