import { UserError } from '../core/errors';
import type { Random } from '../core/random';

/** From and to, both included; equal ends give a fixed value. */
export type Ends = readonly [number, number];
/** A pair of ends, or one number that stands for both sides of the value that changes nothing. */
export type Strength = number | Ends;

interface Bounds {
  min?: number;
  max?: number;
}

/** 40 becomes [-40, 40]; a pair stays. @throws {UserError} on anything else, or outside the bounds */
export function aroundZero(name: string, strength: Strength, { min = -Infinity, max = Infinity }: Bounds = {}): Ends {
  return checkEnds(name, typeof strength === 'number' ? [-strength || 0, strength] : strength, min, max, strength);
}

/** 0.2 becomes [0.8, 1.2], and never below `min`; a pair stays. @throws {UserError} as {@link aroundZero} */
export function aroundOne(name: string, strength: Strength, { min = 0, max = Infinity }: Bounds = {}): Ends {
  const ends: Ends = typeof strength === 'number' ? [Math.max(min, 1 - strength), 1 + strength] : strength;
  return checkEnds(name, ends, min, max, strength);
}

/** 3 becomes [0, 3]; a pair stays. @throws {UserError} as {@link aroundZero} */
export function fromZero(name: string, strength: Strength, { min = 0, max = Infinity }: Bounds = {}): Ends {
  return checkEnds(name, typeof strength === 'number' ? [0, strength] : strength, min, max, strength);
}

/** @throws {UserError} unless it is a pair [from, to] within the bounds */
export function checkEndsBetween(name: string, ends: Ends, { min = -Infinity, max = Infinity }: Bounds = {}): Ends {
  return checkEnds(name, ends, min, max, ends);
}

function checkEnds(name: string, ends: Ends, min: number, max: number, given: Strength): Ends {
  const fits =
    Array.isArray(ends) &&
    ends.length === 2 &&
    ends.every((end) => typeof end === 'number' && Number.isFinite(end) && end >= min && end <= max) &&
    ends[0] <= ends[1];
  const negative = typeof given === 'number' && given < 0;
  if (!fits || negative) {
    const bounds = [min > -Infinity && `>= ${min}`, max < Infinity && `<= ${max}`].filter(Boolean).join(' and ');
    const received = Array.isArray(given) ? `[${given.join(', ')}]` : String(given);
    throw new UserError(
      `${name} must be a number >= 0 or a pair [from, to]${bounds && ` with ends ${bounds}`}, got ${received}`,
    );
  }
  return ends;
}

/** Uniform between the ends. */
export const drawBetween = (random: Random, [from, to]: Ends): number => from + (to - from) * random.uniform();

/** A standard normal number (Box and Muller 1958). */
export function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

/** A gamma distributed number of scale 1 (Marsaglia and Tsang 2000). */
function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = drawNormal(random);
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Shares of a whole, at random: Dirichlet with the same concentration for all `count` shares. */
export function drawShares(random: Random, concentration: number, count: number): number[] {
  const parts = Array.from({ length: count }, () => drawGamma(random, concentration));
  const sum = parts.reduce((a, b) => a + b, 0);
  // a concentration near 0 can make every part underflow: then one share is the whole
  return sum > 0 ? parts.map((part) => part / sum) : parts.map((_, i) => (i === 0 ? 1 : 0));
}
