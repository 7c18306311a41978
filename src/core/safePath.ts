import { realpathSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import { messageOf, shown, UserError } from './errors';

/**
 * Ids of runs, jobs and studies, which are used as names of folders and keys: at most 128 letters, digits, `.`, `_` and `-`,
 * beginning with a letter or digit.
 */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether a value is a valid id of a run, a job or a study. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/**
 * Return the value if it is a valid id.
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
 * Build the path of a file or folder from an untrusted name, and check that it lies below the root. Every path made of a string from
 * a file or the network is built here, or is made of a checked id.
 *
 * Only the name is checked. Links on the way can still lead elsewhere when the path is opened: for that use
 * {@link realPathBelow}, or `readBounded` with a `root`.
 *
 * @param root the folder that the path stays in
 * @param name relative to it, with `/` between folders
 * @param what is named, for the error: 'the weight file'
 * @throws {UserError} when the name is not a string, is empty, contains a NUL, is absolute, or leads to the root itself or out of it
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
 * As {@link pathBelow}, for a file or folder that exists: links that lead out of the root are refused, too.
 *
 * @returns the path without links in it
 * @throws {UserError} also when it does not exist
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
