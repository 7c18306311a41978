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

/** A name beside `path` that nobody else uses. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** Write a file so that readers see all of it or none: beside first, then renamed. Missing folders are made. */
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
 * Make sure that a folder can be written as a new one, before any work is done for it: there is nothing of its name, or an
 * empty folder, and one can be made beside it.
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
    rmdirSync(mkdtempSync(`${path}.`)); // rights alone do not tell whether it can be
  } catch (error) {
    throw new UserError(`'${folder}' cannot be written: ${messageOf(error)}; give another folder for ${what}`);
  }
}

/**
 * Make a folder, unless it is there, and make sure that files can be written into it, before any work is done for them.
 *
 * @param what will be in it, for the error: 'the notebooks'
 * @throws {UserError} if not
 */
export function checkFolder(folder: string, what: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, '.'))); // rights alone do not tell whether it can be
  } catch (error) {
    throw new UserError(`'${folder}' cannot be written: ${messageOf(error)}; give another folder for ${what}`);
  }
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
