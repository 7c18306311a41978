import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from './errors';

/** A path in the same folder as `path` that no other process uses. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/**
 * Write a file atomically: into a temporary file in the same folder, which is then renamed. Missing folders are made.
 *
 * @param content all of it, or its parts in order, so that a large file need not be in memory
 */
export function writeFileAtomically(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(temporary, content);
    else writeParts(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const part of parts) writeFileSync(file, part); // goes on where the last part ended
  } finally {
    closeSync(file);
  }
}

/**
 * Check that a new folder can be written, before any work is done for it: the path does not exist or is an empty folder, and its
 * parent folder is writable.
 *
 * @param what will be in it, for the error: 'the run'
 * @throws {UserError} if not
 */
export function checkNewFolder(folder: string, what: string): void {
  if (folder.trim() === '') throw new UserError(`'' is no name of a folder: give one for ${what}`);
  const path = resolve(folder);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new UserError(`'${folder}' is a file: give a new folder for ${what}`);
    if (readdirSync(path).length > 0) throw new UserError(`'${folder}' is not empty: give a new folder for ${what}`);
  } else if (lstatSync(path, { throwIfNoEntry: false })) {
    throw new UserError(`'${folder}' is a link that leads nowhere: give a new folder for ${what}`);
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    rmdirSync(temporaryFor(path)); // permissions alone do not show whether the folder is writable
  } catch (error) {
    throw new UserError(`'${folder}' cannot be written: ${messageOf(error)}; give another folder for ${what}`);
  }
}

/**
 * Make a temporary folder to fill, which {@link moveIntoPlace} then moves: beside the place or, where only that folder itself can be
 * written, in it.
 *
 * @param folder the place: it does not exist, or is an empty folder
 */
export function temporaryFor(folder: string): string {
  const beside = temporaryBeside(resolve(folder));
  try {
    mkdirSync(dirname(beside), { recursive: true });
    mkdirSync(beside); // with the option `recursive` Node would try without end in folders such as /proc
    return beside;
  } catch (error) {
    if (!existsSync(folder)) throw error;
    const inside = join(folder, basename(beside));
    mkdirSync(inside);
    return inside;
  }
}

/** Codes of errors where a folder cannot be replaced: it is a mounted volume, or a link. */
const NOT_REPLACED = ['EXDEV', 'EBUSY', 'ENOTDIR', 'EPERM', 'EACCES'];

/**
 * Move a complete folder to its place in one step, so that it is never there in part. An empty folder that cannot be replaced is filled
 * instead: a mounted volume, a link to a folder, or the current folder, in which programs would otherwise stay in one that is gone.
 *
 * @param temporary from {@link temporaryFor}
 * @param folder does not exist, or is empty
 * @throws the error of the file system when it is not empty any more
 */
export function moveIntoPlace(temporary: string, folder: string): void {
  if (!existsSync(folder) || !isKept(folder, temporary)) {
    try {
      renameSync(temporary, folder);
      return;
    } catch (error) {
      if (!existsSync(folder) || !NOT_REPLACED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const inside = join(folder, basename(temporary));
  if (readdirSync(folder).some((name) => name !== basename(temporary))) {
    throw Object.assign(new Error(`ENOTEMPTY: '${folder}' is not empty any more`), {
      code: 'ENOTEMPTY',
      syscall: 'rename',
    });
  }
  try {
    if (!existsSync(inside)) cpSync(temporary, inside, { recursive: true }); // it may be on another disk
    for (const name of readdirSync(inside)) renameSync(join(inside, name), join(folder, name));
  } finally {
    rmSync(inside, { recursive: true, force: true });
  }
  rmSync(temporary, { recursive: true, force: true });
}

/** Whether a folder must stay the one that it is. */
const isKept = (folder: string, temporary: string): boolean =>
  lstatSync(folder).isSymbolicLink() ||
  realpathSync(folder) === realpathSync(process.cwd()) ||
  realpathSync(folder) === realpathSync(dirname(temporary));

/**
 * Make a folder, unless it exists, and check that files can be written into it, before any work is done for them.
 *
 * @param what will be in it, for the error: 'the notebooks'
 * @throws {UserError} if not
 */
export function checkFolder(folder: string, what: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, '.'))); // permissions alone do not show whether the folder is writable
  } catch (error) {
    throw new UserError(`'${folder}' cannot be written: ${messageOf(error)}; give another folder for ${what}`);
  }
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
