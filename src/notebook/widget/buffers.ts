/** The way to a value inside an object: names of properties and indices of lists. */
export type Path = (string | number)[];

/** Nothing that a widget needs is nested more deeply; a message of a stranger may be. */
const deepest = 50;

/** Names through which a message could change all objects. */
const forbidden = new Set<unknown>(['__proto__', 'constructor', 'prototype']);

/**
 * Take the binary values out of an object, because JSON cannot express them. Objects with binary values are copied, lists get null
 * in their place.
 *
 * @returns the object without them, and where each belongs
 */
export function removeBuffers<T extends object>(value: T): { value: T; paths: Path[]; buffers: Uint8Array[] } {
  const paths: Path[] = [];
  const buffers: Uint8Array[] = [];
  const visit = (part: unknown, path: Path): unknown => {
    const bytes = asBytes(part);
    if (bytes) {
      paths.push(path);
      buffers.push(bytes);
      return null;
    }
    if (typeof part !== 'object' || part === null || path.length > deepest) return part;
    if (Array.isArray(part)) return part.map((one, i) => visit(one, [...path, i]));
    if ('toJSON' in part) return part; // a date
    const entries = Object.entries(part).map(([key, one]) => [key, visit(one, [...path, key])] as const);
    return Object.fromEntries(entries.filter(([key]) => !asBytes((part as Record<string, unknown>)[key])));
  };
  return { value: visit(value, []) as T, paths, buffers };
}

/**
 * Put binary values back to their places. Paths that do not fit the object are ignored, as they come from outside.
 *
 * @param value is changed
 */
export function putBuffers(value: object, paths: unknown, buffers: readonly Uint8Array[]): void {
  if (!Array.isArray(paths)) return;
  for (const [i, path] of paths.entries()) {
    const bytes = buffers[i];
    if (bytes === undefined || !Array.isArray(path) || path.length === 0 || path.length > deepest) continue;
    if (path.some((key) => forbidden.has(key) || (typeof key !== 'string' && !isIndex(key)))) continue;
    let at: unknown = value;
    for (const key of path.slice(0, -1)) at = partOf(at, key as string | number);
    const last = path.at(-1) as string | number;
    // a list has null in the place of the binary value, an object lacks it
    if (Array.isArray(at) ? isIndex(last) && last < at.length : typeof at === 'object' && at !== null) {
      (at as Record<string | number, unknown>)[last] = bytes;
    }
  }
}

const isIndex = (key: unknown): key is number => Number.isSafeInteger(key) && (key as number) >= 0;

function partOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

/** The bytes of an ArrayBuffer or of a view of one; undefined for any other value. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
