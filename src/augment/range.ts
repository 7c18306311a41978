import { UserError } from '../core/errors';
import type { Random } from '../core/random';

/** A range `[from, to]`, both included, that a value is drawn from uniformly for each picture; `[x, x]` gives always x. */
export type Range = readonly [number, number];
/**
 * How strongly an operation changes pictures: a {@link Range}, or one number r of at least 0, which stands for the range around the
 * value that changes nothing, such as `[-r, r]` for a rotation in degrees or `[1 - r, 1 + r]` for a factor.
 */
export type Strength = number | Range;

interface Bounds {
  min?: number;
  max?: number;
}

/**
 * The range of a value that changes nothing at 0: 40 gives [-40, 40], a range itself.
 *
 * @throws {UserError} unless it is a number of at least 0 or a range, within the bounds
 */
export function aroundZero(name: string, strength: Strength, { min = -Infinity, max = Infinity }: Bounds = {}): Range {
  return checkWithin(name, typeof strength === 'number' ? [-strength || 0, strength] : strength, min, max, strength);
}

/**
 * The range of a factor, which changes nothing at 1: 0.2 gives [0.8, 1.2], not below `min`, and a range itself.
 *
 * @throws {UserError} as {@link aroundZero}
 */
export function aroundOne(name: string, strength: Strength, { min = 0, max = Infinity }: Bounds = {}): Range {
  const range: Range = typeof strength === 'number' ? [Math.max(min, 1 - strength), 1 + strength] : strength;
  return checkWithin(name, range, min, max, strength);
}

/**
 * The range of an amount of at least 0: 3 gives [0, 3], a range itself.
 *
 * @throws {UserError} as {@link aroundZero}
 */
export function fromZero(name: string, strength: Strength, { min = 0, max = Infinity }: Bounds = {}): Range {
  return checkWithin(name, typeof strength === 'number' ? [0, strength] : strength, min, max, strength);
}

/** @throws {UserError} unless it is a range [from, to] within the bounds */
export function checkRange(name: string, range: Range, { min = -Infinity, max = Infinity }: Bounds = {}): Range {
  return checkWithin(name, range, min, max, range, false);
}

function checkWithin(
  name: string,
  range: Range,
  min: number,
  max: number,
  given: Strength,
  numberAllowed = true,
): Range {
  const fits =
    Array.isArray(range) &&
    range.length === 2 &&
    range.every((limit) => typeof limit === 'number' && Number.isFinite(limit) && limit >= min && limit <= max) &&
    range[0] <= range[1];
  const negative = typeof given === 'number' && given < 0;
  if (!fits || negative) {
    const bounds = [min > -Infinity && `>= ${min}`, max < Infinity && `<= ${max}`].filter(Boolean).join(' and ');
    const received = Array.isArray(given) ? `[${given.join(', ')}]` : String(given);
    const expected = `${numberAllowed ? 'a number >= 0 or ' : ''}a range [from, to]${bounds && ` with limits ${bounds}`}`;
    throw new UserError(`${name} must be ${expected}, got ${received}`);
  }
  return range;
}

/** A number drawn uniformly from a range. */
export const drawBetween = (random: Random, [from, to]: Range): number => from + (to - from) * random.uniform();

/** A gamma distributed random number of scale 1 (Marsaglia and Tsang 2000). */
function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = random.normal();
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Random weights that sum to 1: from a Dirichlet distribution with the same concentration for all `count` weights. */
export function drawShares(random: Random, concentration: number, count: number): number[] {
  const parts = Array.from({ length: count }, () => drawGamma(random, concentration));
  const sum = parts.reduce((a, b) => a + b, 0);
  // with a concentration near 0 all parts can underflow to 0: then the first weight is 1
  return sum > 0 ? parts.map((part) => part / sum) : parts.map((_, i) => (i === 0 ? 1 : 0));
}
