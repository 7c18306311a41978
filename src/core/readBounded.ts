import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { messageOf, shown, UserError } from './errors';
import { realPathBelow } from './safePath';

/** Bytes of a JSON file, unless told. */
const LARGEST_JSON = 64 * 2 ** 20;
/** Objects and lists within each other. What tunebook writes has less than ten. */
const DEEPEST = 64;

export interface ReadOptions {
  /** bytes that the file may have */
  largest: number;
  /** a folder that the file, also where it is a link, must lie in */
  root?: string;
}

/**
 * Open a plain file: no folder, pipe or device, and of no more bytes than allowed.
 *
 * @returns its descriptor, which the caller closes, and its size
 * @throws {UserError} in one line that names the file
 */
export function openBounded(file: string, { largest, root }: ReadOptions): { descriptor: number; bytes: number } {
  const path = root === undefined ? file : realPathBelow(root, relative(resolve(root), resolve(file)), file);
  const noLink = root === undefined ? 0 : constants.O_NOFOLLOW;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | noLink); // a pipe would keep us waiting
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
 * The content of a plain file, after a look at its size.
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
 * The value in a JSON file that may come from a stranger.
 *
 * @param options `largest`: 64 MB unless told
 * @throws {UserError} in one line that names the file, also where it is nested absurdly deep or names `__proto__`
 */
export function readJson(file: string, { largest = LARGEST_JSON, root }: Partial<ReadOptions> = {}): unknown {
  return parseJson(readBounded(file, { largest, root }).toString('utf8'), file);
}

/**
 * The value of a JSON text that may come from a stranger.
 *
 * @param name of the text, for the error
 * @throws {UserError} where it is no JSON, is nested absurdly deep, or names `__proto__`
 */
export function parseJson(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name} is no JSON: ${shown(messageOf(error), 200).slice(1, -1)}`);
  }
  // by hand, as recursion is what deep nesting breaks
  const waiting: [unknown, number][] = [[value, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [part, depth] = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth === DEEPEST) throw new UserError(`${name} is nested more than ${DEEPEST} deep: it is not used`);
    // as a key it would change how the object behaves
    if (Object.hasOwn(part, '__proto__')) throw new UserError(`${name} has a key '__proto__': it is not used`);
    for (const inner of Object.values(part)) waiting.push([inner, depth + 1]);
  }
  return value;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
