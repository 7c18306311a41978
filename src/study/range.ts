import { shown, UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import type { Random } from '../core/random';
import { type NumberSetting, settingNames, settingsTable } from '../training';

/**
 * All values of a setting between two numbers, instead of a list: `{ min: 1e-5, max: 1e-2, scale: 'log' }`. Without `step` and
 * `integer` the range is continuous; its values are rounded to about four digits, so that tables can be read.
 */
export interface AxisRange {
  /** the smallest value */
  min: number;
  /** the largest value, above `min` */
  max: number;
  /** `log` for factors, such as learning rates: 1e-4 to 1e-3 is as wide as 1e-3 to 1e-2. Default: 'linear' */
  scale?: 'linear' | 'log';
  /** whether the values are whole numbers. Default: what the setting demands */
  integer?: boolean;
  /** distance of two neighbouring values, counted from `min`; only on a linear scale. Default: 1 for whole numbers, else none */
  step?: number;
  /**
   * number of evenly spaced values for the designs that list all values (`grid`, `one-factor`, `leave-one-out`), 2 to 10,000; those
   * that round to the same value count once. Default: all values, where there is a step
   */
  points?: number;
}

/** A range that has been checked. */
export interface CheckedRange {
  min: number;
  max: number;
  log: boolean;
  /** whole numbers on a log scale; on a linear scale they have a step */
  integer: boolean;
  /** 0: none */
  step: number;
  /** 0: not given */
  points: number;
  /** what `train` takes where nothing is given; may be outside of the range */
  usual: number;
}

const MOST_POINTS = 10_000;

/** Whether the values of an axis are a range. What is neither a range nor a list is an error of {@link checkRange}'s caller. */
export function isRange(values: unknown): values is AxisRange {
  return typeof values === 'object' && values !== null && !Array.isArray(values);
}

/**
 * Check the range of an axis: that it is one, and lies in the range of the setting that the axis is named after.
 *
 * @throws {UserError} that names the axis and the key
 */
export function checkRange(axis: string, given: AxisRange): CheckedRange {
  const name = `axis '${axis}'`;
  const { min, max, integer: whole = false, default: usual } = numberSetting(axis);
  const defaults = { min: Number.NaN, max: Number.NaN, scale: 'linear', integer: whole, step: 0, points: 0 } as const;
  const range = withDefaults<Required<AxisRange>>(name, given, defaults);
  if (typeof range.integer !== 'boolean' || (whole && !range.integer)) {
    const valid = whole ? `true, as ${axis} is a whole number` : 'true or false';
    throw new UserError(`${name}: integer must be ${valid}, got ${shown(range.integer)}`);
  }
  const bounds = { min, max, integer: range.integer };
  checkNumber(`${name}: min`, range.min, bounds);
  checkNumber(`${name}: max`, range.max, bounds);
  if (range.min >= range.max) {
    throw new UserError(
      `${name}: min must be below max, got ${range.min} and ${range.max}; for a single value give a list, such as [${range.min}]`,
    );
  }
  if (range.scale !== 'linear' && range.scale !== 'log') {
    throw new UserError(`${name}: unknown scale ${shown(range.scale)}; the scales are linear, log`);
  }
  const log = range.scale === 'log';
  if (log && range.min <= 0) {
    throw new UserError(
      `${name}: min must be above 0 on a log scale, got ${range.min}: raise it, or take "scale": "linear"`,
    );
  }
  const widest = range.max - range.min;
  if (given.step !== undefined)
    checkNumber(`${name}: step`, range.step, { min: Number.MIN_VALUE, max: widest, integer: range.integer });
  if (range.step > 0 && log) {
    throw new UserError(`${name}: step is for a linear scale: leave it out, or give a list of values`);
  }
  if (given.points !== undefined)
    checkNumber(`${name}: points`, range.points, { min: 2, max: MOST_POINTS, integer: true });
  const step = range.step > 0 || log || !range.integer ? range.step : 1;
  return { min: range.min, max: range.max, log, integer: range.integer, step, points: range.points, usual };
}

/** The setting that an axis is named after. @throws {UserError} unless it is a number */
function numberSetting(axis: string): NumberSetting {
  const name = settingNames.find((setting) => setting === axis);
  const setting = name === undefined ? undefined : settingsTable[name];
  if (setting !== undefined && !('choices' in setting)) return setting;
  const numbers = settingNames.filter((each) => !('choices' in settingsTable[each]) && each !== 'seed');
  throw new UserError(
    `axis '${axis}' has a range, but is not a setting that is a number: give a list of values; settings with a range are ${numbers.join(', ')}`,
  );
}

/** Number of different values; Infinity for a continuous range. */
export function sizeOf({ min, max, log, integer, step }: CheckedRange): number {
  if (step > 0) return Math.floor((max - min) / step + 1e-9) + 1;
  return log && integer ? max - min + 1 : Infinity;
}

/** The number of values of {@link listed}, at most, without listing them; 0 if it needs `points`. */
export function countListed(range: CheckedRange): number {
  const size = sizeOf(range);
  if (range.points > 0) return Math.min(range.points, size);
  return range.step > 0 ? size : 0;
}

/** The values for designs that list them: `points` evenly spaced ones on the scale, or all. */
export function listed(range: CheckedRange): number[] {
  const size = countListed(range);
  const [low, high] = limits(range);
  const values = Array.from({ length: size }, (_, i) =>
    rounded(range, inverse(range, low + ((high - low) * i) / (size - 1))),
  );
  return [...new Set(values)];
}

/** The value with the same position on a linear scale. */
export const position = ({ log }: CheckedRange, value: number) => (log ? Math.log(value) : value);
const inverse = ({ log }: CheckedRange, at: number) => (log ? Math.exp(at) : at);

/** The first and last position; of stepped ranges, those of the first and last value. */
export function limits(range: CheckedRange): [low: number, high: number] {
  const last = range.step > 0 ? range.min + (sizeOf(range) - 1) * range.step : range.max;
  return [position(range, range.min), position(range, last)];
}

/**
 * The positions between which numbers are rounded to a value: half a step to both sides; undefined in a continuous range. The cells of
 * all values cover the range from {@link outerLimits} without gaps.
 */
export function cellOf(range: CheckedRange, value: number): [low: number, high: number] | undefined {
  const half = range.step > 0 ? range.step / 2 : range.integer ? 0.5 : 0;
  return half > 0 ? [position(range, value - half), position(range, value + half)] : undefined;
}

/** The positions that all values of the range, with their cells, lie between. */
export function outerLimits(range: CheckedRange): [low: number, high: number] {
  const [low, high] = limits(range);
  const first = cellOf(range, range.min);
  return first ? [first[0], cellOf(range, inverse(range, high))![1]] : [low, high];
}

/** The value of the range that is next to a position. */
export function valueAt(range: CheckedRange, at: number): number {
  return rounded(range, inverse(range, at));
}

/** A value that is drawn uniformly on the scale. */
export function drawFrom(range: CheckedRange, random: Random): number {
  const [low, high] = outerLimits(range);
  return valueAt(range, low + (high - low) * random.uniform());
}

/** Whether it is one of the values of the range. */
export function holds(range: CheckedRange, value: unknown): value is number {
  if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) return false;
  return !Number.isFinite(sizeOf(range)) || rounded(range, value) === value;
}

/** Round to a value of the range; of a continuous one, to about four digits of its width. */
function rounded(range: CheckedRange, value: number): number {
  const { min, max, log, integer, step } = range;
  if (step > 0) {
    const place = Math.min(sizeOf(range) - 1, Math.max(0, Math.round((value - min) / step)));
    const sum = min + place * step;
    return Number.isInteger(sum) ? sum : Number(sum.toPrecision(12)); // 0.1 + 2 * 0.1 would be 0.30000000000000004
  }
  if (integer) return Math.min(max, Math.max(min, Math.round(value)));
  const width = log ? value * Math.min(1, Math.log(max / min)) : max - min;
  const decimals = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(width))));
  return Math.min(max, Math.max(min, Number(value.toFixed(decimals))));
}
