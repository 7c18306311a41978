import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { messageOf, shown, UserError } from './errors';
import { realPathBelow } from './safePath';

/** Default size limit of a JSON file, in bytes. */
const LARGEST_JSON = 64 * 2 ** 20;
/** Largest nesting depth of objects and arrays; files of this package have less than ten. */
const DEEPEST = 64;

export interface ReadOptions {
  /** largest size of the file, in bytes */
  largest: number;
  /** folder that must contain the file, also when the path is a link */
  root?: string;
}

/**
 * Open a regular file (no folder, pipe or device) that is not larger than allowed.
 *
 * @returns its descriptor, which the caller closes, and its size
 * @throws {UserError} in one line that names the file
 */
export function openBounded(file: string, { largest, root }: ReadOptions): { descriptor: number; bytes: number } {
  const path = root === undefined ? file : realPathBelow(root, relative(resolve(root), resolve(file)), file);
  const noLink = root === undefined ? 0 : constants.O_NOFOLLOW;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | noLink); // without O_NONBLOCK opening a pipe would block
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error('it is no plain file');
    if (stats.size > largest)
      throw new Error(`it has ${megabytes(stats.size)}, expected at most ${megabytes(largest)}`);
    return { descriptor, bytes: stats.size };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/**
 * Read a regular file after checking its size.
 *
 * @throws {UserError} in one line that names the file
 *
 * @example
 * readBounded('runs/first/config.json', { largest: 2 ** 20, root: 'runs/first' }).toString('utf8');
 */
export function readBounded(file: string, options: ReadOptions): Buffer {
  const { descriptor, bytes } = openBounded(file, options);
  try {
    const content = Buffer.alloc(bytes);
    let read = 0;
    for (let count = 1; count > 0 && read < bytes; read += count) {
      count = readSync(descriptor, content, read, bytes - read, read);
    }
    return content.subarray(0, read);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Parse an untrusted JSON file.
 *
 * @param options `largest`: size limit in bytes; default 64 MB
 * @throws {UserError} in one line that names the file, also when it is nested too deeply or has a key `__proto__`
 */
export function readJson(file: string, { largest = LARGEST_JSON, root }: Partial<ReadOptions> = {}): unknown {
  return parseJson(readBounded(file, { largest, root }).toString('utf8'), file);
}

/**
 * Parse untrusted JSON text.
 *
 * @param name of the text, for the error
 * @throws {UserError} when it is not JSON, is nested too deeply, or has a key `__proto__`
 */
export function parseJson(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name} is no JSON: ${shown(messageOf(error), 200).slice(1, -1)}`);
  }
  // without recursion, which would overflow the stack on deep nesting
  const waiting: [unknown, number][] = [[value, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [part, depth] = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth === DEEPEST) throw new UserError(`${name} is nested more than ${DEEPEST} deep: it is not used`);
    // as a key it would set the prototype of the object
    if (Object.hasOwn(part, '__proto__')) throw new UserError(`${name} has a key '__proto__': it is not used`);
    for (const inner of Object.values(part)) waiting.push([inner, depth + 1]);
  }
  return value;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
