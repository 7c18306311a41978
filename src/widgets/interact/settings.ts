import { shown, UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';

/** A value that a slider of `interact` can point at. */
export type InteractValue = number | string | boolean;

/** The values of each slider of `interact`, by its name. */
export type InteractLists = Readonly<Record<string, readonly InteractValue[]>>;

/** One value of each list, by the name of its slider. */
export type InteractValues<Lists extends InteractLists> = { readonly [Name in keyof Lists]: Lists[Name][number] };

/** A slider: its name, and the values that it points at. */
export interface Setting {
  name: string;
  values: readonly InteractValue[];
}

/** A slider with more positions could not be set to each of them. */
const most = 1000;

/** The sliders for lists of values. @throws {UserError} that says what is wrong with them */
export function checkedSettings(lists: unknown): Setting[] {
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists)) {
    throw new UserError(
      `interact: expected a list of values for each slider, like { pictures: [1, 2, 4] }, got ${shown(lists)}`,
    );
  }
  const settings = Object.entries(lists).map(([name, values]) => ({ name, values: checkedValues(name, values) }));
  if (settings.length === 0) {
    throw new UserError('interact: there is no slider: give at least one list of values, like { pictures: [1, 2, 4] }');
  }
  return settings;
}

function checkedValues(name: string, list: unknown): InteractValue[] {
  const label = `interact: the list ${shown(name)}`;
  if (!Array.isArray(list)) throw new UserError(`${label} must be a list of values like [1, 2, 4], got ${shown(list)}`);
  if (list.length === 0) throw new UserError(`${label} is empty: give at least one value`);
  if (list.length > most) throw new UserError(`${label} has ${list.length} values, expected at most ${most}`);
  return Array.from(list, (value: unknown, i) => {
    if (isValue(value)) return value;
    const given = typeof value === 'number' ? value : shown(value);
    throw new UserError(`${label} must have numbers, strings or booleans, got ${given} at position ${i}`);
  });
}

const isValue = (value: unknown): value is InteractValue =>
  ['number', 'string', 'boolean'].includes(typeof value) && !Number.isNaN(value);

/**
 * Where the sliders are at the beginning.
 *
 * @param start values by the names of sliders; one that is missing is at the first value
 * @throws {UserError} when there is no slider of a name, or it has no such value
 */
export function startingPositions(settings: readonly Setting[], start: object): number[] {
  const first = Object.fromEntries(settings.map(({ name, values }) => [name, values[0]!]));
  const wanted = withDefaults<Record<string, InteractValue>>('interact: start', start, first);
  return settings.map(({ name, values }) => {
    const position = values.indexOf(wanted[name]!);
    if (position >= 0) return position;
    const given = typeof wanted[name] === 'number' ? wanted[name] : shown(wanted[name]);
    throw new UserError(`interact: start has ${given} for ${shown(name)}, expected one of ${shown(values)}`);
  });
}

/** Whether a value, which may come from anywhere, is a position of each slider. */
export function arePositions(settings: readonly Setting[], value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length !== settings.length) return false;
  return settings.every(({ values }, i) => Number.isInteger(value[i]) && value[i] >= 0 && value[i] < values.length);
}

/** The values at some positions, by the names of the sliders. */
export function valuesAt(settings: readonly Setting[], positions: readonly number[]): Record<string, InteractValue> {
  return Object.fromEntries(settings.map(({ name, values }, i) => [name, values[positions[i]!]!]));
}

/** The values at some positions in words: `pictures 8, seed 1`. */
export function describeValues(settings: readonly Setting[], positions: readonly number[]): string {
  return settings.map(({ name, values }, i) => `${name} ${values[positions[i]!]}`).join(', ');
}
