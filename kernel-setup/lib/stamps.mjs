import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inCache } from './paths.mjs';

/** @param {string} name */
const stampFile = (name) => inCache('stamps', `${name}.json`);

/**
 * A short hash of a list of texts.
 *
 * @param {readonly string[]} texts
 * @returns {string}
 */
export function hashOf(texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text);
  return hash.digest('hex').slice(0, 16);
}

/**
 * All files in a folder, sorted; an empty list if the folder does not exist.
 *
 * @param {string} folder
 * @param {RegExp} pattern which file names count
 * @returns {string[]}
 */
export function filesIn(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/**
 * Names and contents of files, for `hashOf`. A missing file counts as empty.
 *
 * @param {readonly string[]} files
 * @param {string} base names are relative to this folder, so that a moved project keeps its hashes
 * @returns {string[]}
 */
export function contentsOf(files, base) {
  return files.flatMap((file) => [
    relative(base, file),
    existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : '',
  ]);
}

/**
 * Whether a step was finished with the same inputs.
 *
 * @param {string} name
 * @param {string} key
 * @returns {boolean}
 */
export function stampHolds(name, key) {
  try {
    return JSON.parse(readFileSync(stampFile(name), 'utf8')).key === key;
  } catch {
    return false;
  }
}

/**
 * Record that a step is finished.
 *
 * @param {string} name
 * @param {string} key
 * @param {number} seconds
 */
export function writeStamp(name, key, seconds) {
  writeWhole(stampFile(name), `${JSON.stringify({ key, seconds: Math.round(seconds * 10) / 10 })}\n`);
}

/** @param {string} name */
export function removeStamp(name) {
  rmSync(stampFile(name), { force: true });
}

/**
 * Write a file in such a way that no other process ever reads it half-written.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}.new`;
  writeFileSync(own, text);
  renameSync(own, file);
}
