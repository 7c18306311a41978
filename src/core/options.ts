import { didYouMean } from './didYouMean';
import { shown, UserError } from './errors';

/**
 * Reject keys that are not in `defaults` and fill in the ones that were left out (or given as `undefined`).
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

/** Which numbers are allowed: those from `min` to `max`, only whole ones if `integer`, and 0 as well if `orZero`. */
export interface NumberRange {
  min?: number;
  max?: number;
  integer?: boolean;
  orZero?: boolean;
}

/** The value if it is a finite number in the range, else a {@link UserError} that names it. */
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
