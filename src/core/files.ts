import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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

/** Write a file atomically: into a temporary file in the same folder, which is then renamed. Missing folders are made. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
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
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    rmdirSync(mkdtempSync(`${path}.`)); // permissions alone do not show whether the folder is writable
  } catch (error) {
    throw new UserError(`'${folder}' cannot be written: ${messageOf(error)}; give another folder for ${what}`);
  }
}

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
