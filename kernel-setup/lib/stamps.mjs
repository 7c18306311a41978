import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inCache, isClone, pythonFolder } from './paths.mjs';

/** The steps whose result is in the Python environment, and disappears with it. */
const IN_PYTHON = ['python', 'widgets'];

/**
 * The file that says that a step is finished. An installed package shares its cache with other projects and versions, whose steps have other
 * inputs; in a clone the result of a step replaces the one before.
 *
 * @param {string} name
 * @param {string} key
 */
function stampFile(name, key) {
  if (isClone) return inCache('stamps', `${name}.json`);
  return IN_PYTHON.includes(name) ? join(pythonFolder(), `${name}.json`) : inCache('stamps', `${name}-${key}.json`);
}

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
    return JSON.parse(readFileSync(stampFile(name, key), 'utf8')).key === key;
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
  writeWhole(stampFile(name, key), `${JSON.stringify({ key, seconds: Math.round(seconds * 10) / 10 })}\n`);
}

/**
 * @param {string} name
 * @param {string} key
 */
export function removeStamp(name, key) {
  rmSync(stampFile(name, key), { force: true });
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
