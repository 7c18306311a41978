import { didYouMean } from './didYouMean';
import { shown, UserError } from './errors';

/**
 * Fill in options that are missing or `undefined` from `defaults`, and reject keys that are not in `defaults`.
 *
 * @param caller name of the public function, for the error
 * @param given what the caller passed; `undefined` means all defaults
 * @param defaults every valid key with its default
 * @throws {UserError} on an unknown key; the message lists the valid ones
 */
export function withDefaults<T extends object>(caller: string, given: Partial<T> | undefined, defaults: T): T {
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw new UserError(
      `${caller}: options must be an object like { ${Object.keys(defaults)[0]}: ... }, got ${shown(given)}`,
    );
  }
  const valid = Object.keys(defaults);
  const result: T = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    if (!valid.includes(key)) {
      throw new UserError(
        `${caller}: unknown option '${key}'; the options are ${valid.join(', ')}${didYouMean(key, valid)}`,
      );
    }
    if (value !== undefined) (result as Record<string, unknown>)[key] = value;
  }
  return result;
}

/** The numbers that are allowed: from `min` to `max`, only whole ones with `integer`, and also 0 with `orZero`. */
export interface NumberRange {
  min?: number;
  max?: number;
  integer?: boolean;
  orZero?: boolean;
}

/** Return the value if it is a finite number in the range. @throws {UserError} that names it, if not */
export function checkNumber(
  name: string,
  value: unknown,
  { min = -Infinity, max = Infinity, integer = false, orZero = false }: NumberRange = {},
): number {
  if (orZero && value === 0) return value;
  const fits = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
  if (!fits || (integer && !Number.isInteger(value))) {
    const range = [min > -Infinity && `>= ${min}`, max < Infinity && `<= ${max}`].filter(Boolean).join(' and ');
    throw new UserError(
      `${name} must be ${orZero && min > 0 ? '0, or ' : ''}a ${integer ? 'whole ' : ''}number${range && ` ${range}`}, got ${typeof value === 'number' ? value : shown(value).replace(/^"(.*)"$/, "'$1'")}`,
    );
  }
  return value;
}
