import { shown, UserError } from './errors';

/**
 * Check that a value has a certain shape, and return it with its type.
 *
 * @param where the value stands, for the error: 'pictures.train'
 * @throws {Error} that says what is wrong, to be put after the name of the file: "has 7 as accuracy, expected ..."
 */
export type Shape<T> = (value: unknown, where: string) => T;

function wrong(value: unknown, where: string, expected: string): Error {
  if (value === undefined) return new Error(`lacks ${where}, expected ${expected}`);
  return new Error(`has ${shown(value, 40)} as ${where}, expected ${expected}`);
}

/** A string with at most this many characters. */
export function text({ longest = 10_000 }: { longest?: number } = {}): Shape<string> {
  return (value, where) => {
    if (typeof value === 'string' && value.length <= longest) return value;
    throw wrong(value, where, `text of up to ${longest} characters`);
  };
}

/** A string that passes a test. */
export function textThat(accepts: (text: string) => boolean, expected: string): Shape<string> {
  return (value, where) => {
    if (typeof value === 'string' && accepts(value)) return value;
    throw wrong(value, where, expected);
  };
}

/** A finite number within bounds. */
export function number({ min = -Infinity, max = Infinity, integer = false } = {}): Shape<number> {
  return (value, where) => {
    const fits = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
    if (fits && (!integer || Number.isSafeInteger(value))) return value;
    const range = [min > -Infinity && `from ${min}`, max < Infinity && `to ${max}`].filter(Boolean).join(' ');
    throw wrong(value, where, `a ${integer ? 'whole ' : ''}number${range && ` ${range}`}`);
  };
}

/** A whole number, 0 or more. */
export const count = (max = Number.MAX_SAFE_INTEGER) => number({ min: 0, max, integer: true });

/** A number from 0 to 1. */
export const share = number({ min: 0, max: 1 });

/** One of some values. */
export function oneOf<const T extends string | number | boolean | null>(...values: readonly T[]): Shape<T> {
  return (value, where) => {
    if (values.includes(value as T)) return value as T;
    throw wrong(value, where, values.map((each) => shown(each)).join(' or '));
  };
}

/** The value of a table cell. */
export const label: Shape<string | number | boolean | null> = (value, where) => {
  if (value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return value as string;
  throw wrong(value, where, 'text, a number, true, false or null');
};

/** A value of this shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, where) => (value === null ? null : shape(value, where));
}

/** A value of this shape, or undefined. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, where) => (value === undefined ? undefined : shape(value, where));
}

/** An array of values of this shape. */
export function listOf<T>(shape: Shape<T>, { least = 0, most = Infinity } = {}): Shape<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw wrong(value, where, 'a list');
    if (value.length < least) throw wrong(value, where, `a list of at least ${least}`);
    if (value.length > most) throw new Error(`has ${value.length} values as ${where}, expected at most ${most}`);
    return value.map((each, i) => shape(each, `${where}[${i}]`));
  };
}

/** An object with any keys, and values of this shape. */
export function recordOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, where) => {
    if (!isObject(value)) throw wrong(value, where, 'an object');
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each, inside(where, key))]));
  };
}

/** An object with these keys; other keys, such as those of a later version, are dropped. */
export function object<T extends object>(shapes: { [Key in keyof T]-?: Shape<T[Key]> }): Shape<T> {
  return (value, where) => {
    if (!isObject(value)) throw wrong(value, where, 'an object');
    const result: Record<string, unknown> = {};
    for (const [key, shape] of Object.entries<Shape<unknown>>(shapes)) {
      const own = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
      const checked = shape(own, inside(where, key));
      if (checked !== undefined) result[key] = checked;
    }
    return result as T;
  };
}

/**
 * Check an untrusted value.
 *
 * @param name of the file or message it came from, for the error
 * @throws {UserError} in one line: the name, what it has there, and what was expected
 *
 * @example
 * checkShape(readJson(file), object({ seed: count() }), file); // UserError: run.json has -1 as seed, expected ...
 */
export function checkShape<T>(value: unknown, shape: Shape<T>, name: string): T {
  try {
    return shape(value, '');
  } catch (error) {
    const { message } = error as Error;
    throw new UserError(`${name} ${message.replace(' as ,', ',').replace('lacks ,', 'is nothing,')}`);
  }
}

const inside = (where: string, key: string) => {
  const name = /^[\w -]{1,40}$/.test(key) ? key : shown(key, 40);
  return where === '' ? name : `${where}.${name}`;
};

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
